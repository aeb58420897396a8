extension Convolution {
  /// An ordinary convolution with the published names: weight, batch norm if any, no bias.
  public init(
    _ name: ModuleName,
    from input: Channels,
    to output: Channels,
    kernel: Int = 1,
    stride: Int = 1,
    norm: BatchNormSettings?,
    activation: Activation
  ) {
    self.init(
      weight: name.tensor(
        "conv",
        "weight",
        stored: [output.stored, input.stored, kernel, kernel],
        active: [output.active, input.active, kernel, kernel]
      ),
      norm: norm.map { BatchNorm(name, channels: output, settings: $0) },
      activation: activation,
      stride: stride
    )
  }

  /// A depthwise convolution whose kernel is one of `kernels` (ascending). The largest is stored;
  /// with several, a matrix leads from each size to the next smaller one.
  public init(
    depthwise name: ModuleName,
    channels: Channels,
    kernel: Int,
    of kernels: [Int],
    stride: Int,
    norm: BatchNormSettings,
    activation: Activation
  ) {
    let largest = kernels.last ?? kernel
    self.init(
      weight: name.tensor(
        "conv",
        "weight",
        stored: [channels.stored, 1, largest, largest],
        active: [channels.active, 1, kernel, kernel]
      ),
      norm: BatchNorm(name, channels: channels, settings: norm),
      activation: activation,
      stride: stride,
      isDepthwise: true,
      kernelMatrices: zip(kernels, kernels.dropFirst()).map { target, source in
        KernelMatrix(
          key: "\(name.supernet).conv.\(source)to\(target)_matrix",
          source: source,
          target: target
        )
      }
    )
  }

  /// One of the two 1x1 convolutions, with bias, of squeeze and excitation.
  fileprivate init(
    squeeze name: ModuleName,
    from input: Channels,
    to output: Channels,
    activation: Activation
  ) {
    func slice(_ tensor: String, _ stored: [Int], _ active: [Int]) -> WeightSlice {
      WeightSlice(
        key: "\(name.supernet).\(tensor)",
        staticKey: "\(name.extracted).\(tensor)",
        stored: stored,
        active: active
      )
    }
    self.init(
      weight: slice(
        "weight",
        [output.stored, input.stored, 1, 1],
        [output.active, input.active, 1, 1]
      ),
      bias: slice("bias", [output.stored], [output.active]),
      norm: nil,
      activation: activation
    )
  }
}

extension Layer {
  /// Squeeze and excitation over `channels`, through a quarter as many; names under `name`.`se`.
  public static func squeezeExcitation(_ name: ModuleName, channels: Channels) -> Layer {
    let hidden = Channels(
      active: makeDivisible(Double(channels.active / 4)),
      stored: makeDivisible(Double(channels.stored / 4))
    )
    let connected = name.child("se.fc")
    return .squeezeExcitation(
      reduce: Convolution(
        squeeze: connected.child("reduce"),
        from: channels,
        to: hidden,
        activation: .relu
      ),
      expand: Convolution(
        squeeze: connected.child("expand"),
        from: hidden,
        to: channels,
        activation: .hardSigmoid
      )
    )
  }
}

extension BatchNorm {
  init(_ name: ModuleName, channels: Channels, settings: BatchNormSettings) {
    self.init(
      key: name.isElastic ? "\(name.supernet).bn.bn" : "\(name.supernet).bn",
      staticKey: "\(name.extracted).bn",
      stored: channels.stored,
      active: channels.active,
      epsilon: settings.epsilon,
      momentum: settings.momentum
    )
  }
}

extension Linear {
  /// The classifier, with the published names.
  public init(_ name: ModuleName, from input: Channels, classes: Int) {
    self.init(
      weight: name.tensor(
        "linear",
        "weight",
        stored: [classes, input.stored],
        active: [classes, input.active]
      ),
      bias: name.tensor("linear", "bias", stored: [classes], active: [classes])
    )
  }
}
