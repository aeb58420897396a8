import Decisions
import Networks

/// The elastic ProxylessNAS network of Once-for-All (Cai et al., ICLR 2020): plain inverted
/// bottlenecks with ReLU6, no squeeze-excitation.
///
/// Decisions are named and ordered as in ``MobileNetV3Space``; the published networks have a sixth
/// stage of one block, whose depth is no decision.
public struct ProxylessNASSpace: SearchSpace {
  public struct Configuration: Sendable, Hashable, Codable {
    public var name = "proxylessnas"
    public var inputChannels = 3
    public var classes = 1000
    /// Image sizes in pixels, ascending. Several make `resolution` the first decision.
    public var resolutions = [224]
    /// Scales every width below, each rounded by ``makeDivisible(_:)``.
    public var widthMultiplier = 1.0
    public var stemWidth = 32
    public var stemStride = 2
    /// Output of the fixed first block.
    public var firstBlockWidth = 16
    public var stages = Self.stages(widths: [24, 40, 80, 96, 192, 320])
    /// The 1x1 convolution before pooling, which feeds the classifier.
    public var featureWidth = 1280
    /// Odd, ascending, the same for all elastic blocks.
    public var kernels = [3, 5, 7]
    /// Hidden channels over input channels, ascending, the same for all elastic blocks.
    public var expands: [Double] = [3, 4, 6]
    public var dropout = 0.1
    public var norm = BatchNormSettings(epsilon: 1e-3, momentum: 0.1)

    public init() {}

    /// The published default, and the base widths of Google's MobileNetV2.
    public enum BaseWidths: String, Sendable, Codable, CaseIterable {
      case proxyless, google
    }

    /// Takes the six stage widths of a published variant.
    public init(baseWidths: BaseWidths) {
      if baseWidths == .google { stages = Self.stages(widths: [24, 32, 64, 96, 160, 320]) }
    }

    private static func stages(widths: [Int]) -> [MobileStage] {
      zip(widths, [2, 2, 2, 1, 2, 1]).enumerated().map { index, stage in
        MobileStage(
          width: stage.0,
          stride: stage.1,
          depths: index < 5 ? [2, 3, 4] : [1],
          activation: .relu6
        )
      }
    }
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
      activation: .relu6,
      blockActivation: .relu6,
      blockHasShortcut: false
    )
    let last = Channels(fixed: trunk.addStages(after: configuration.firstBlockWidth))
    let features = Channels(fixed: trunk.width(configuration.featureWidth))
    trunk.parts += [
      NetworkPart(
        "feature_mix_layer",
        [
          .convolution(
            Convolution(
              ModuleName("feature_mix_layer", isElastic: false),
              from: last,
              to: features,
              norm: configuration.norm,
              activation: .relu6
            )
          ),
          .globalAveragePool,
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

extension ProxylessNASSpace.Configuration {
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
    try check.positive("featureWidth", featureWidth)
  }
}
