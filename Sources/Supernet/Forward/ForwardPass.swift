import Networks
import SearchSpaces
import Torch

/// An interpreter of network descriptions. Passes differ in what batch norm does and in what is
/// recorded; the layers are the same for all spaces.
package protocol ForwardPass {
  var store: TensorStore { get }
  /// Whether activations may overwrite their input: only without autograd.
  var overwrites: Bool { get }
  var formulation: Formulation { get }
  /// What dense convolutions multiply in, in the fast formulation.
  var precision: ComputePrecision { get }
  func normalized(_ x: Tensor, by norm: BatchNorm) throws -> Tensor
  /// `activation(normalized(x))`; may overwrite `x`, which must have no other use.
  func normalized(
    _ x: Tensor,
    by norm: BatchNorm,
    then activation: Activation
  ) throws -> Tensor
  /// What the classifier sees of its input `[batch, features]`.
  func classifierInput(_ x: Tensor) throws -> Tensor
}

extension ForwardPass {
  package var precision: ComputePrecision { .float32 }

  package func classifierInput(_ x: Tensor) throws -> Tensor { x }

  package func normalized(
    _ x: Tensor,
    by norm: BatchNorm,
    then activation: Activation
  ) throws -> Tensor {
    try activated(normalized(x, by: norm), activation)
  }

  /// Logits `[batch, classes]` of images `[batch, channels, height, width]`.
  package func logits(_ images: Tensor, of network: NetworkDescription) throws -> Tensor {
    guard images.rank == 4, images.size(1) == network.inputChannels else {
      throw SupernetError.wrongImages(
        expected: "[batch, \(network.inputChannels), height, width]",
        found: "\(images.shape)"
      )
    }
    return try run(network.layers, formulation.ordered(images))
  }

  package func run(_ layers: [Layer], _ input: Tensor) throws -> Tensor {
    var x = input
    for layer in layers { x = try run(layer, x) }
    return x
  }

  private func run(_ layer: Layer, _ x: Tensor) throws -> Tensor {
    switch layer {
    case .convolution(let convolution):
      return try run(convolution, x)
    case .squeezeExcitation(let reduce, let expand):
      if formulation == .fast, let reduce = try gate(reduce, .relu),
        let expand = try gate(expand, .hardSigmoid)
      {
        return try x.squeezeExcited(reduce: reduce, expand: expand)
      }
      let squeezed = try run(reduce, x.mean([2, 3], keep: true))
      return try x * run(expand, squeezed)
    case .residual(let body, let shortcut, let activation):
      let y = try run(body, x)
      let side =
        switch shortcut {
        case .identity: x
        case .layers(let layers): try run(layers, x)
        }
      guard overwrites else { return try activated(y + side, activation) }
      try y.addInPlace(side)
      return try activated(y, activation)
    case .maxPool(let kernel, let stride, let padding):
      return try x.maxPooled(kernel: kernel, stride: stride, padding: padding)
    case .averagePool(let kernel, let stride):
      return try x.averagePooled(kernel: kernel, stride: stride)
    case .globalAveragePool:
      return try x.mean([2, 3], keep: true)
    case .linear(let linear):
      let features = try classifierInput(x.reshaped([x.size(0), -1]))
      return try features.linear(
        store.slice(linear.weight, formulation),
        bias: store.slice(linear.bias, formulation)
      )
    }
  }

  /// Weight and bias of one of the two convolutions of squeeze and excitation as published.
  private func gate(
    _ convolution: Convolution,
    _ activation: Activation
  ) throws -> (weight: Tensor, bias: Tensor)? {
    guard convolution.norm == nil, convolution.activation == activation,
      let bias = convolution.bias
    else { return nil }
    return try (
      store.slice(convolution.weight, formulation), store.slice(bias, formulation)
    )
  }

  private func run(_ convolution: Convolution, _ x: Tensor) throws -> Tensor {
    if overwrites, formulation == .fast,
      let activation = convolution.norm == nil ? convolution.activation.fused : .identity
    {
      // Without autograd: a bias and an activation cost no pass over memory of their own.
      let y = try x.convolved(
        with: store.filter(convolution, formulation),
        bias: convolution.bias.map { try store.slice($0, formulation) },
        stride: convolution.stride,
        padding: convolution.padding,
        groups: convolution.groups,
        then: activation
      )
      guard let norm = convolution.norm else { return y }
      return try normalized(y, by: norm, then: convolution.activation)
    }
    let y = try convolved(x, convolution)
    guard let norm = convolution.norm else { return try activated(y, convolution.activation) }
    return try normalized(y, by: norm, then: convolution.activation)
  }

  private func convolved(_ x: Tensor, _ convolution: Convolution) throws -> Tensor {
    let weight = try store.filter(convolution, formulation)
    let bias = try convolution.bias.map { try store.slice($0, formulation) }
    switch formulation {
    case .fast:
      return try x.fastConvolved(
        with: weight,
        bias: bias,
        stride: convolution.stride,
        padding: convolution.padding,
        groups: convolution.groups,
        rounded: precision == .bfloat16
      )
    case .plain:
      return try x.convolved(
        with: weight,
        bias: bias,
        stride: convolution.stride,
        padding: convolution.padding,
        groups: convolution.groups
      )
    }
  }

  /// May overwrite `x`, which must have no other use.
  package func activated(_ x: Tensor, _ activation: Activation) throws -> Tensor {
    switch (activation, overwrites) {
    case (.identity, _): return x
    case (.relu, false): return try x.relu()
    case (.relu6, false): return try x.relu6()
    case (.hardSwish, false): return try x.hardSwish()
    case (.hardSigmoid, false): return try x.hardSigmoid()
    case (.relu, true): try x.reluInPlace()
    case (.relu6, true): try x.relu6InPlace()
    case (.hardSwish, true): try x.hardSwishInPlace()
    case (.hardSigmoid, true): try x.hardSigmoidInPlace()
    }
    return x
  }
}
