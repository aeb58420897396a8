// The four supernets that Once-for-All published.

extension MobileNetV3Space.Configuration {
  static func published(widthMultiplier: Double, images: ImageShape) -> Self {
    var configuration = Self()
    configuration.name = "mobilenetv3-w\(widthMultiplier)"
    configuration.widthMultiplier = widthMultiplier
    configuration.inputChannels = images.channels
    configuration.classes = images.classes
    configuration.resolutions = images.resolutions
    return configuration
  }
}

extension ProxylessNASSpace.Configuration {
  static func published(widthMultiplier: Double, images: ImageShape) -> Self {
    var configuration = Self()
    configuration.name = "proxylessnas-w\(widthMultiplier)"
    configuration.widthMultiplier = widthMultiplier
    configuration.inputChannels = images.channels
    configuration.classes = images.classes
    configuration.resolutions = images.resolutions
    return configuration
  }
}

extension ResNet50Space.Configuration {
  static func published(images: ImageShape) -> Self {
    var configuration = Self()
    configuration.inputChannels = images.channels
    configuration.classes = images.classes
    configuration.resolutions = images.resolutions
    return configuration
  }
}
