import SearchSpaces

/// The smallest space of the ResNet50 kind: one stage, every width the least there is, grey images of
/// 8 pixels in two classes.
package func leastSpace() throws -> ResNet50Space {
  var configuration = ResNet50Space.Configuration()
  configuration.name = "least"
  configuration.inputChannels = 1
  configuration.classes = 2
  configuration.resolutions = [8]
  configuration.stemWidth = 8
  configuration.poolStride = 1
  configuration.stages = [.init(width: 8, stride: 1, baseDepth: 1)]
  configuration.expands = [0.5, 1]
  configuration.widths = [1]
  return try ResNet50Space(configuration)
}
