// Presets for images of 28 to 32 pixels, sized so that two processor cores train them in minutes.
// Widths, strides and choices are this project's own, not from any paper.

extension MobileNetV3Space.Configuration {
  /// On 28x28x1: 0.57 to 3.9 million MACs.
  static func small(images: ImageTask) -> Self {
    var configuration = Self()
    configuration.name = "mobilenetv3-small"
    configuration.images = images
    configuration.stemWidth = 16
    configuration.firstBlockWidth = 8
    configuration.stages = [
      MobileStage(width: 24, stride: 2, depths: [1, 2, 3], activation: .relu),
      MobileStage(
        width: 32,
        stride: 2,
        depths: [1, 2, 3],
        activation: .hardSwish,
        squeezeExcitation: true
      ),
      MobileStage(
        width: 48,
        stride: 1,
        depths: [1, 2, 3],
        activation: .hardSwish,
        squeezeExcitation: true
      ),
    ]
    configuration.kernels = [3, 5]
    configuration.finalExpandWidth = 144
    configuration.featureWidth = 192
    return configuration
  }
}

extension ProxylessNASSpace.Configuration {
  /// On 28x28x1: 0.64 to 3.5 million MACs.
  static func small(images: ImageTask) -> Self {
    var configuration = Self()
    configuration.name = "proxylessnas-small"
    configuration.images = images
    configuration.stemWidth = 16
    configuration.firstBlockWidth = 8
    configuration.stages = [
      MobileStage(width: 24, stride: 2, depths: [1, 2, 3], activation: .relu6),
      MobileStage(width: 40, stride: 2, depths: [1, 2, 3], activation: .relu6),
      MobileStage(width: 64, stride: 2, depths: [1, 2, 3], activation: .relu6),
      MobileStage(width: 96, stride: 1, depths: [1], activation: .relu6),
    ]
    configuration.kernels = [3, 5]
    configuration.featureWidth = 256
    return configuration
  }
}

extension ResNet50Space.Configuration {
  /// On 28x28x1: 0.5 to 11 million MACs.
  static func small(images: ImageTask) -> Self {
    var configuration = Self()
    configuration.name = "resnet50-small"
    configuration.images = images
    configuration.stemWidth = 32
    configuration.poolStride = 1
    configuration.stages = [
      .init(width: 64, stride: 2, baseDepth: 1),
      .init(width: 96, stride: 2, baseDepth: 1),
      .init(width: 160, stride: 2, baseDepth: 1),
    ]
    // Wider than the published ratios, which rounding to multiples of 8 would make equal here.
    configuration.expands = [0.25, 0.5, 0.75]
    configuration.widths = [0.5, 0.75, 1.0]
    return configuration
  }
}
