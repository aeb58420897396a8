// The four supernets that Once-for-All published.

extension MobileNetV3Space.Configuration {
  static func published(widthMultiplier: Double, images: ImageTask) -> Self {
    var configuration = Self()
    configuration.name = "mobilenetv3-w\(widthMultiplier)"
    configuration.widthMultiplier = widthMultiplier
    configuration.images = images
    return configuration
  }
}

extension ProxylessNASSpace.Configuration {
  static func published(widthMultiplier: Double, images: ImageTask) -> Self {
    var configuration = Self()
    configuration.name = "proxylessnas-w\(widthMultiplier)"
    configuration.widthMultiplier = widthMultiplier
    configuration.images = images
    return configuration
  }
}

extension ResNet50Space.Configuration {
  static func published(images: ImageTask) -> Self {
    var configuration = Self()
    configuration.images = images
    return configuration
  }
}
