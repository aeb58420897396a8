/// A configuration of a space that says which images its networks take.
protocol ImageShaped {
  var inputChannels: Int { get set }
  var classes: Int { get set }
  var resolutions: [Int] { get set }
}

extension MobileNetV3Space.Configuration: ImageShaped {}
extension ProxylessNASSpace.Configuration: ImageShaped {}
extension ResNet50Space.Configuration: ImageShaped {}

extension ImageShaped {
  var images: ImageTask {
    get { ImageTask(channels: inputChannels, classes: classes, resolutions: resolutions) }
    set {
      inputChannels = newValue.channels
      classes = newValue.classes
      resolutions = newValue.resolutions
    }
  }
}
