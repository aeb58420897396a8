// Presets for images of 28 to 32 pixels, sized so that two processor cores train them in minutes.
// Widths, strides and choices are this project's own, not from any paper.

extension MobileNetV3Space.Configuration {
  static func small(images: ImageShape) -> Self {
    var configuration = Self()
    configuration.name = "mobilenetv3-small"
    configuration.inputChannels = images.channels
    configuration.classes = images.classes
    configuration.resolutions = images.resolutions
    configuration.stemWidth = 16
    configuration.firstBlockWidth = 16
    configuration.stages = [
      MobileStage(width: 24, stride: 1, depths: [1, 2, 3], activation: .relu),
      MobileStage(
        width: 32, stride: 2, depths: [1, 2, 3], activation: .hardSwish, squeezeExcitation: true),
      MobileStage(
        width: 48, stride: 2, depths: [1, 2, 3], activation: .hardSwish, squeezeExcitation: true),
    ]
    configuration.kernels = [3, 5]
    configuration.finalExpandWidth = 192
    configuration.featureWidth = 256
    return configuration
  }
}

extension ProxylessNASSpace.Configuration {
  static func small(images: ImageShape) -> Self {
    var configuration = Self()
    configuration.name = "proxylessnas-small"
    configuration.inputChannels = images.channels
    configuration.classes = images.classes
    configuration.resolutions = images.resolutions
    configuration.stemWidth = 16
    configuration.firstBlockWidth = 16
    configuration.stages = [
      MobileStage(width: 24, stride: 1, depths: [1, 2, 3], activation: .relu6),
      MobileStage(width: 32, stride: 2, depths: [1, 2, 3], activation: .relu6),
      MobileStage(width: 48, stride: 2, depths: [1, 2, 3], activation: .relu6),
      MobileStage(width: 64, stride: 1, depths: [1], activation: .relu6),
    ]
    configuration.kernels = [3, 5]
    configuration.featureWidth = 256
    return configuration
  }
}

extension ResNet50Space.Configuration {
  static func small(images: ImageShape) -> Self {
    var configuration = Self()
    configuration.name = "resnet50-small"
    configuration.inputChannels = images.channels
    configuration.classes = images.classes
    configuration.resolutions = images.resolutions
    configuration.stemWidth = 32
    configuration.poolStride = 1
    configuration.stages = [
      .init(width: 64, stride: 1, baseDepth: 1),
      .init(width: 128, stride: 2, baseDepth: 1),
      .init(width: 256, stride: 2, baseDepth: 1),
    ]
    configuration.expands = [0.25, 0.375, 0.5]
    configuration.widths = [0.5, 0.75, 1.0]
    return configuration
  }
}
