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
struct LayerWalk {
  private(set) var costs: [LayerCost] = []
  private(set) var channels: Int
  private(set) var size: Int

  init(channels: Int, size: Int) {
    self.channels = channels
    self.size = size
  }

  mutating func visit(_ layers: [Layer]) throws(SpaceError) {
    for layer in layers { try visit(layer) }
  }

  private mutating func visit(_ layer: Layer) throws(SpaceError) {
    switch layer {
    case .convolution(let convolution):
      try visit(convolution)
    case .squeezeExcitation(let reduce, let expand):
      var inner = LayerWalk(channels: channels, size: 1)
      try inner.visit([.convolution(reduce), .convolution(expand)])
      guard inner.channels == channels else {
        throw .inconsistentLayers(
          layer: expand.path, reason: "it gates \(inner.channels) of \(channels) channels")
      }
      var cost = row(String(reduce.path.dropLast(".fc.reduce".count)), .squeezeExcitation)
      cost.macs = inner.costs.reduce(0) { $0 + $1.macs }
      cost.parameters = inner.costs.reduce(0) { $0 + $1.parameters }
      costs.append(cost)
    case .residual(let body, let shortcut, _):
      var side = LayerWalk(channels: channels, size: size)
      let first = costs.count
      try visit(body)
      if case .layers(let layers) = shortcut { try side.visit(layers) }
      let name = costs.count > first ? costs[first].name : "residual"
      guard side.channels == channels, side.size == size else {
        throw .inconsistentLayers(
          layer: name,
          reason: "the body gives \(channels)x\(size)x\(size), the shortcut "
            + "\(side.channels)x\(side.size)x\(side.size)")
      }
      costs += side.costs
      costs.append(row("add", .addition))
    case .maxPool(let kernel, let stride, let padding):
      size = (size + 2 * padding - kernel) / stride + 1
      costs.append(row("max pool", .maxPool, kernel: kernel, stride: stride))
    case .averagePool(let kernel, let stride):
      size = (max(0, size - kernel) + stride - 1) / stride + 1
      costs.append(row("average pool", .averagePool, kernel: kernel, stride: stride))
    case .globalAveragePool:
      size = 1
      costs.append(row("global average pool", .globalAveragePool))
    case .linear(let linear):
      let input = linear.weight.active[1]
      guard input == channels * size * size else {
        throw .inconsistentLayers(
          layer: linear.weight.staticKey,
          reason: "it takes \(input) inputs, not \(channels)x\(size)x\(size)")
      }
      channels = linear.weight.active[0]
      var cost = row(linear.weight.staticKey.removingSuffix(".linear.weight"), .linear)
      cost.macs = linear.weight.activeCount
      cost.parameters = linear.weight.activeCount + linear.bias.activeCount
      costs.append(cost)
    }
  }

  private mutating func visit(_ convolution: Convolution) throws(SpaceError) {
    guard convolution.inChannels == channels else {
      throw .inconsistentLayers(
        layer: convolution.path,
        reason: "it takes \(convolution.inChannels) channels, not \(channels)")
    }
    channels = convolution.outChannels
    size = (size + 2 * convolution.padding - convolution.kernel) / convolution.stride + 1
    var cost = row(
      convolution.path, convolution.isDepthwise ? .depthwiseConvolution : .convolution,
      kernel: convolution.kernel, stride: convolution.stride)
    cost.macs = convolution.weight.activeCount * size * size
    cost.parameters =
      convolution.weight.activeCount + (convolution.bias?.activeCount ?? 0)
      + 2 * (convolution.norm?.active ?? 0)
    costs.append(cost)
  }

  private func row(
    _ name: String, _ kind: LayerCost.Kind, kernel: Int = 1, stride: Int = 1
  ) -> LayerCost {
    LayerCost(
      name: name, kind: kind, channels: channels, size: size, kernel: kernel, stride: stride,
      macs: 0, parameters: 0)
  }
}

extension Convolution {
  /// Path of the layer in an extracted network.
  var path: String {
    weight.staticKey.removingSuffix(".weight").removingSuffix(".conv")
  }
}

extension String {
  func removingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
