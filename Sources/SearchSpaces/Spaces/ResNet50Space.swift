import Decisions
import Networks

/// The elastic ResNet50-D of Once-for-All: a skippable stem block, per stage a depth and a width,
/// per block a bottleneck ratio.
///
/// Decisions, in network order: `resolution` if there are several, `stem.depth`, `stem.width1`,
/// `stem.width2`, then for each stage `stage1.depth`, `stage1.width`, `block0.expand`, ... where
/// `blockN` owns the tensors `blocks.N`. Depths count blocks beyond the stage's least.
///
/// The first block of a stage has a shortcut convolution unless it has nothing to do: with one
/// width to choose from, stride 1 and as many inputs as outputs.
public struct ResNet50Space: SearchSpace {
  public struct Stage: Sendable, Hashable, Codable {
    /// Output channels before width multiplier and width decision.
    public var width: Int
    /// Stride of the first block; the others have stride 1.
    public var stride: Int
    /// The least number of blocks.
    public var baseDepth: Int

    public init(width: Int, stride: Int, baseDepth: Int) {
      self.width = width
      self.stride = stride
      self.baseDepth = baseDepth
    }
  }

  public struct Configuration: Sendable, Hashable, Codable {
    public var name = "resnet50"
    public var inputChannels = 3
    public var classes = 1000
    /// Image sizes in pixels, ascending. Several make `resolution` the first decision.
    public var resolutions = [224]
    /// Scales every width below, before the width decisions.
    public var widthMultiplier = 1.0
    /// Output of the stem; its inner convolutions have half as many channels.
    public var stemWidth = 64
    public var stemStride = 2
    /// Stride of the 3x3 max pooling after the stem; 1 leaves it out.
    public var poolStride = 2
    public var stages = [
      Stage(width: 256, stride: 1, baseDepth: 2), Stage(width: 512, stride: 2, baseDepth: 2),
      Stage(width: 1024, stride: 2, baseDepth: 4), Stage(width: 2048, stride: 2, baseDepth: 2),
    ]
    /// Blocks beyond a stage's base depth, ascending. Of the stem's depth only the least (no inner
    /// residual block) and the greatest exist.
    public var depths = [0, 1, 2]
    /// Hidden channels over output channels of a bottleneck, ascending.
    public var expands = [0.2, 0.25, 0.35]
    /// Factors of the widths, ascending.
    public var widths = [0.65, 0.8, 1.0]
    public var dropout = 0.0
    public var norm = BatchNormSettings(epsilon: 1e-5, momentum: 0.1)

    public init() {}
  }

  public let configuration: Configuration
  public let decisions: DecisionSpace
  public let input: NetworkInput
  public let parts: [NetworkPart]
  public let publishedEncoding: OFAEncoding?
  public var name: String { configuration.name }

  /// Throws ``SpaceError/invalidConfiguration(space:field:reason:)``.
  public init(_ configuration: Configuration = Configuration()) throws {
    try configuration.validate()
    self.configuration = configuration
    var trunk = ResNetTrunk(configuration: configuration)
    let resolution = trunk.list.add("resolution", configuration.resolutions)
    trunk.addStem()
    trunk.addStages()
    trunk.addHead()
    decisions = try DecisionSpace(name: configuration.name, decisions: trunk.list.decisions)
    input = NetworkInput(
      channels: configuration.inputChannels,
      resolution: resolution,
      classes: configuration.classes,
      dropout: configuration.dropout
    )
    parts = trunk.parts
    publishedEncoding = .resNet(trunk, resolution: resolution)
  }
}

extension ResNet50Space.Configuration {
  func validate() throws(SpaceError) {
    let check = ConfigurationCheck(space: name)
    try check.positive("inputChannels", inputChannels)
    try check.positive("classes", classes)
    try check.choices("resolutions", resolutions, atLeast: 1)
    try check.scale("widthMultiplier", widthMultiplier)
    try check.positive("stemWidth", stemWidth)
    try check.positive("stemStride", stemStride)
    try check.positive("poolStride", poolStride)
    try check.choices("depths", depths, atLeast: 0)
    try check.ratios("expands", expands)
    try check.ratios("widths", widths)
    try check.probability("dropout", dropout)
    try check.norm(norm)
    try check.stages(stages)
    for (index, stage) in stages.enumerated() {
      try check.positive("stages[\(index)].width", stage.width)
      try check.positive("stages[\(index)].stride", stage.stride)
      try check.positive("stages[\(index)].baseDepth", stage.baseDepth)
    }
  }
}
