// The four supernets that Once-for-All published.

extension MobileNetV3Space.Configuration {
  static func published(widthMultiplier: Double, images: ImageShape) -> Self {
    var configuration = Self()
    configuration.name = "mobilenetv3-w\(widthMultiplier)"
    configuration.widthMultiplier = widthMultiplier
    configuration.take(images)
    return configuration
  }
}

extension ProxylessNASSpace.Configuration {
  static func published(widthMultiplier: Double, images: ImageShape) -> Self {
    var configuration = Self()
    configuration.name = "proxylessnas-w\(widthMultiplier)"
    configuration.widthMultiplier = widthMultiplier
    configuration.take(images)
    return configuration
  }
}

extension ResNet50Space.Configuration {
  static func published(images: ImageShape) -> Self {
    var configuration = Self()
    configuration.take(images)
    return configuration
  }
}

// What all presets do alike.

extension MobileNetV3Space.Configuration {
  mutating func take(_ images: ImageShape) {
    inputChannels = images.channels
    classes = images.classes
    resolutions = images.resolutions
  }
}

extension ProxylessNASSpace.Configuration {
  mutating func take(_ images: ImageShape) {
    inputChannels = images.channels
    classes = images.classes
    resolutions = images.resolutions
  }
}

extension ResNet50Space.Configuration {
  mutating func take(_ images: ImageShape) {
    inputChannels = images.channels
    classes = images.classes
    resolutions = images.resolutions
  }
}
