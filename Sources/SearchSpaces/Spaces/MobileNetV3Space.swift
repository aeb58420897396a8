import Decisions
import Networks

/// The elastic MobileNetV3 of Once-for-All (Cai et al., ICLR 2020): per stage a depth, per block a
/// kernel size and an expansion ratio.
///
/// Decisions, in network order: `resolution` if there are several, then for each stage
/// `stage1.depth`, `block1.kernel`, `block1.expand`, `block2.kernel`, ... where `blockN` owns the
/// tensors `blocks.N`. `block0` is the fixed first block.
public struct MobileNetV3Space: SearchSpace {
  public struct Configuration: Sendable, Hashable, Codable {
    public var name = "mobilenetv3"
    public var inputChannels = 3
    public var classes = 1000
    /// Image sizes in pixels, ascending. Several make `resolution` the first decision.
    public var resolutions = [224]
    /// Scales every width below, each rounded by ``makeDivisible(_:)``.
    public var widthMultiplier = 1.0
    public var stemWidth = 16
    public var stemStride = 2
    /// Output of the fixed first block.
    public var firstBlockWidth = 16
    public var stages = [
      MobileStage(width: 24, stride: 2, depths: [2, 3, 4], activation: .relu),
      MobileStage(
        width: 40,
        stride: 2,
        depths: [2, 3, 4],
        activation: .relu,
        squeezeExcitation: true
      ),
      MobileStage(width: 80, stride: 2, depths: [2, 3, 4], activation: .hardSwish),
      MobileStage(
        width: 112,
        stride: 1,
        depths: [2, 3, 4],
        activation: .hardSwish,
        squeezeExcitation: true
      ),
      MobileStage(
        width: 160,
        stride: 2,
        depths: [2, 3, 4],
        activation: .hardSwish,
        squeezeExcitation: true
      ),
    ]
    /// The 1x1 convolution before pooling.
    public var finalExpandWidth = 960
    /// The 1x1 convolution after pooling, which feeds the classifier.
    public var featureWidth = 1280
    /// Odd, ascending, the same for all elastic blocks.
    public var kernels = [3, 5, 7]
    /// Hidden channels over input channels, ascending, the same for all elastic blocks.
    public var expands: [Double] = [3, 4, 6]
    public var dropout = 0.1
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
    var trunk = MobileTrunk(
      kernels: configuration.kernels,
      expands: configuration.expands,
      stages: configuration.stages,
      norm: configuration.norm,
      width: { makeDivisible(Double($0) * configuration.widthMultiplier) }
    )
    let resolution = trunk.list.add("resolution", configuration.resolutions)
    trunk.addStem(
      inputChannels: configuration.inputChannels,
      stemWidth: configuration.stemWidth,
      stemStride: configuration.stemStride,
      blockWidth: configuration.firstBlockWidth,
      activation: .hardSwish,
      blockActivation: .relu,
      blockHasShortcut: true
    )
    let last = Channels(fixed: trunk.addStages(after: configuration.firstBlockWidth))
    let expanded = Channels(fixed: trunk.width(configuration.finalExpandWidth))
    let features = Channels(fixed: trunk.width(configuration.featureWidth))
    trunk.parts += [
      NetworkPart(
        "final_expand_layer",
        [
          .convolution(
            Convolution(
              ModuleName("final_expand_layer", isElastic: false),
              from: last,
              to: expanded,
              norm: configuration.norm,
              activation: .hardSwish
            )
          )
        ]
      ),
      NetworkPart(
        "feature_mix_layer",
        [
          .globalAveragePool,
          .convolution(
            Convolution(
              ModuleName("feature_mix_layer", isElastic: false),
              from: expanded,
              to: features,
              norm: nil,
              activation: .hardSwish
            )
          ),
        ]
      ),
      NetworkPart(
        "classifier",
        [
          .linear(
            Linear(
              ModuleName("classifier", isElastic: false),
              from: features,
              classes: configuration.classes
            )
          )
        ]
      ),
    ]
    decisions = try DecisionSpace(name: configuration.name, decisions: trunk.list.decisions)
    input = NetworkInput(
      channels: configuration.inputChannels,
      resolution: resolution,
      classes: configuration.classes,
      dropout: configuration.dropout
    )
    parts = trunk.parts
    publishedEncoding = .mobile(trunk, resolution: resolution)
  }
}

extension MobileNetV3Space.Configuration {
  func validate() throws(SpaceError) {
    try MobileCheck(
      space: name,
      inputChannels: inputChannels,
      classes: classes,
      resolutions: resolutions,
      widthMultiplier: widthMultiplier,
      stages: stages,
      kernels: kernels,
      expands: expands,
      dropout: dropout,
      norm: norm
    ).validate()
    let check = ConfigurationCheck(space: name)
    try check.positive("stemWidth", stemWidth)
    try check.positive("stemStride", stemStride)
    try check.positive("firstBlockWidth", firstBlockWidth)
    try check.positive("finalExpandWidth", finalExpandWidth)
    try check.positive("featureWidth", featureWidth)
  }
}
