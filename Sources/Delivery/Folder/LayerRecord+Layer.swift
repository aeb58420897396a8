import Networks

extension LayerRecord {
  /// - Parameter layer: of an extracted network.
  init(_ layer: Layer) {
    switch layer {
    case .convolution(let convolution):
      self = .convolution(ConvolutionRecord(convolution))
    case .squeezeExcitation(let reduce, let expand):
      self = .squeezeExcitation(
        reduce: ConvolutionRecord(reduce),
        expand: ConvolutionRecord(expand)
      )
    case .residual(let body, .identity, let activation):
      self = .residual(body: body.map(Self.init), shortcut: nil, activation: activation)
    case .residual(let body, .layers(let side), let activation):
      self = .residual(
        body: body.map(Self.init),
        shortcut: side.map(Self.init),
        activation: activation
      )
    case .maxPool(let kernel, let stride, let padding):
      self = .maxPool(kernel: kernel, stride: stride, padding: padding)
    case .averagePool(let kernel, let stride):
      self = .averagePool(kernel: kernel, stride: stride)
    case .globalAveragePool:
      self = .globalAveragePool
    case .linear(let linear):
      self = .linear(
        LinearRecord(
          weight: linear.weight.key,
          shape: linear.weight.active,
          bias: linear.bias.key
        )
      )
    }
  }

  /// The layer again. Padding is not read: a convolution's follows from its kernel.
  var layer: Layer {
    switch self {
    case .convolution(let record): .convolution(record.convolution)
    case .squeezeExcitation(let reduce, let expand):
      .squeezeExcitation(reduce: reduce.convolution, expand: expand.convolution)
    case .residual(let body, let shortcut, let activation):
      .residual(
        body: body.map(\.layer),
        shortcut: shortcut.map { .layers($0.map(\.layer)) } ?? .identity,
        activation: activation
      )
    case .maxPool(let kernel, let stride, let padding):
      .maxPool(kernel: kernel, stride: stride, padding: padding)
    case .averagePool(let kernel, let stride): .averagePool(kernel: kernel, stride: stride)
    case .globalAveragePool: .globalAveragePool
    case .linear(let record):
      .linear(
        Linear(
          weight: .whole(record.weight, record.shape),
          bias: .whole(record.bias, [record.shape.first ?? 0])
        )
      )
    }
  }
}

extension ConvolutionRecord {
  init(_ convolution: Convolution) {
    weight = convolution.weight.key
    shape = convolution.weight.active
    bias = convolution.bias?.key
    norm = convolution.norm.map {
      NormRecord(name: $0.key, epsilon: $0.epsilon, momentum: $0.momentum)
    }
    activation = convolution.activation
    stride = convolution.stride
    padding = convolution.padding
    groups = convolution.groups
  }

  fileprivate var convolution: Convolution {
    let channels = shape.first ?? 0
    return Convolution(
      weight: .whole(weight, shape),
      bias: bias.map { .whole($0, [channels]) },
      norm: norm.map {
        BatchNorm(
          key: $0.name,
          staticKey: $0.name,
          stored: channels,
          active: channels,
          epsilon: $0.epsilon,
          momentum: $0.momentum
        )
      },
      activation: activation,
      stride: stride,
      isDepthwise: groups > 1
    )
  }
}

extension WeightSlice {
  fileprivate static func whole(_ name: String, _ shape: [Int]) -> WeightSlice {
    WeightSlice(key: name, staticKey: name, stored: shape, active: shape)
  }
}
