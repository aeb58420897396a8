/// What one layer computes: the row of a layer-by-layer summary.
public struct LayerCost: Sendable, Hashable, Codable {
  /// Path of the layer in an extracted network, such as `blocks.3.conv.depth_conv`; a description
  /// in words for layers without tensors.
  public var name: String
  public var kind: Kind
  /// Output channels (classes, for the classifier).
  public var channels: Int
  /// Height and width of the output in pixels.
  public var size: Int
  public var kernel: Int
  public var stride: Int
  /// Multiply-accumulate operations for one image.
  public var macs: Int
  /// Trainable parameters, kernel matrices not counted: an extracted network has none.
  public var parameters: Int

  public enum Kind: String, Sendable, Hashable, Codable {
    case convolution, depthwiseConvolution, squeezeExcitation, maxPool, averagePool
    case globalAveragePool, linear, addition
  }
}

/// Walks layers in order, keeping the size of the map.
///
/// Counting follows the convention of the field: `Cin * Cout * k * k * Hout * Wout / groups` per
/// convolution, `in * out` for the classifier, nothing for norms, activations, pooling, additions
/// and biases. Shortcut convolutions count at the size they run at.
package struct LayerWalk {
  package private(set) var costs: [LayerCost] = []
  /// Nil before the first layer of a part that is walked alone: it takes what it is given.
  package private(set) var channels: Int?
  package private(set) var size: Int
  package private(set) var macs = 0

  package init(channels: Int?, size: Int) {
    self.channels = channels
    self.size = size
  }

  package mutating func visit(_ layers: [Layer]) throws(NetworkError) {
    for layer in layers { try visit(layer) }
  }

  private mutating func visit(_ layer: Layer) throws(NetworkError) {
    switch layer {
    case .convolution(let convolution):
      try visit(convolution)
    case .squeezeExcitation(let reduce, let expand):
      var inner = LayerWalk(channels: channels, size: 1)
      try inner.visit([.convolution(reduce), .convolution(expand)])
      guard inner.channels == channels else {
        throw .inconsistentLayers(
          layer: expand.path,
          reason: "it gates \(inner.channels ?? 0) of \(channels ?? 0) channels"
        )
      }
      add(
        reduce.path.removingSuffix(".fc.reduce"),
        .squeezeExcitation,
        macs: inner.macs,
        parameters: inner.costs.reduce(0) { $0 + $1.parameters }
      )
    case .residual(let body, let shortcut, _):
      channels = channels ?? body.convolutions.first?.inChannels
      var side = LayerWalk(channels: channels, size: size)
      let first = costs.count
      try visit(body)
      if case .layers(let layers) = shortcut { try side.visit(layers) }
      let name = costs.count > first ? costs[first].name : "residual"
      guard side.channels == channels, side.size == size else {
        throw .inconsistentLayers(
          layer: name,
          reason: "the body gives \(channels ?? 0)x\(size)x\(size), the shortcut "
            + "\(side.channels ?? 0)x\(side.size)x\(side.size)"
        )
      }
      costs += side.costs
      macs += side.macs
      add("add", .addition)
    case .maxPool(let kernel, let stride, let padding):
      size = (size + 2 * padding - kernel) / stride + 1
      add("max pool", .maxPool, kernel: kernel, stride: stride)
    case .averagePool(let kernel, let stride):
      size = (max(0, size - kernel) + stride - 1) / stride + 1
      add("average pool", .averagePool, kernel: kernel, stride: stride)
    case .globalAveragePool:
      size = 1
      add("global average pool", .globalAveragePool)
    case .linear(let linear):
      let input = linear.weight.active[1]
      guard size == 1, channels == nil || channels == input else {
        throw .inconsistentLayers(
          layer: linear.weight.staticKey,
          reason: "it takes \(input) inputs, not \(channels ?? 0)x\(size)x\(size)"
        )
      }
      channels = linear.weight.active[0]
      add(
        linear.weight.staticKey.removingSuffix(".weight").removingSuffix(".linear"),
        .linear,
        macs: linear.weight.activeCount,
        parameters: linear.weight.activeCount + linear.bias.activeCount
      )
    }
  }

  private mutating func visit(_ convolution: Convolution) throws(NetworkError) {
    guard channels == nil || channels == convolution.inChannels else {
      throw .inconsistentLayers(
        layer: convolution.path,
        reason: "it takes \(convolution.inChannels) channels, not \(channels ?? 0)"
      )
    }
    channels = convolution.outChannels
    size = (size + 2 * convolution.padding - convolution.kernel) / convolution.stride + 1
    add(
      convolution.path,
      convolution.isDepthwise ? .depthwiseConvolution : .convolution,
      kernel: convolution.kernel,
      stride: convolution.stride,
      macs: convolution.weight.activeCount * size * size,
      parameters: convolution.weight.activeCount + (convolution.bias?.activeCount ?? 0)
        + 2 * (convolution.norm?.active ?? 0)
    )
  }

  private mutating func add(
    _ name: String,
    _ kind: LayerCost.Kind,
    kernel: Int = 1,
    stride: Int = 1,
    macs: Int = 0,
    parameters: Int = 0
  ) {
    self.macs += macs
    costs.append(
      LayerCost(
        name: name,
        kind: kind,
        channels: channels ?? 0,
        size: size,
        kernel: kernel,
        stride: stride,
        macs: macs,
        parameters: parameters
      )
    )
  }
}

extension Convolution {
  /// Path of the layer in an extracted network.
  package var path: String {
    weight.staticKey.removingSuffix(".weight").removingSuffix(".conv")
  }
}

extension String {
  package func removingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
