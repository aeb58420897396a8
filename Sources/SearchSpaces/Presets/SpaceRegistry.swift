/// The part of a preset that the data set decides.
public struct ImageTask: Sendable, Hashable, Codable {
  public var channels: Int
  public var classes: Int
  /// Height and width in pixels, ascending. Several make `resolution` a decision.
  public var resolutions: [Int]

  public init(channels: Int, classes: Int, resolutions: [Int]) {
    self.channels = channels
    self.classes = classes
    self.resolutions = resolutions
  }

  /// ImageNet's: colour, 1000 classes, 224 pixels.
  public static let imageNet = ImageTask(channels: 3, classes: 1000, resolutions: [224])
  /// Fashion-MNIST's: grey, 10 classes, 28 pixels.
  public static let fashionMNIST = ImageTask(channels: 1, classes: 10, resolutions: [28])
}

/// A named configuration of one of the spaces.
public struct SpacePreset: Sendable {
  public let name: String
  /// One line for listings.
  public let summary: String
  /// The images the preset is meant for, used where nothing else is said.
  public let usualImages: ImageTask
  fileprivate let build: @Sendable (ImageTask) throws -> any ConfiguredSpace
}

/// A space that a configuration describes completely.
public protocol ConfiguredSpace: SearchSpace {
  associatedtype Configuration: Codable & Hashable & Sendable
  var configuration: Configuration { get }
  init(_ configuration: Configuration) throws
}

extension MobileNetV3Space: ConfiguredSpace {}
extension ProxylessNASSpace: ConfiguredSpace {}
extension ResNet50Space: ConfiguredSpace {}

/// The spaces that have a name.
public enum SpaceRegistry {
  public static let presets: [SpacePreset] = [
    SpacePreset(
      name: "mobilenetv3-w1.0",
      summary: "MobileNetV3 as published, width 1.0",
      usualImages: .imageNet
    ) { try MobileNetV3Space(.published(widthMultiplier: 1.0, images: $0)) },
    SpacePreset(
      name: "mobilenetv3-w1.2",
      summary: "MobileNetV3 as published, width 1.2",
      usualImages: .imageNet
    ) { try MobileNetV3Space(.published(widthMultiplier: 1.2, images: $0)) },
    SpacePreset(
      name: "proxylessnas-w1.3",
      summary: "ProxylessNAS as published, width 1.3",
      usualImages: .imageNet
    ) { try ProxylessNASSpace(.published(widthMultiplier: 1.3, images: $0)) },
    SpacePreset(
      name: "resnet50",
      summary: "ResNet50-D as published",
      usualImages: .imageNet
    ) { try ResNet50Space(.published(images: $0)) },
    SpacePreset(
      name: "mobilenetv3-small",
      summary: "MobileNetV3 for images of 28 to 32 pixels",
      usualImages: .fashionMNIST
    ) { try MobileNetV3Space(.small(images: $0)) },
    SpacePreset(
      name: "proxylessnas-small",
      summary: "ProxylessNAS for images of 28 to 32 pixels",
      usualImages: .fashionMNIST
    ) { try ProxylessNASSpace(.small(images: $0)) },
    SpacePreset(
      name: "resnet50-small",
      summary: "ResNet50-D for images of 28 to 32 pixels",
      usualImages: .fashionMNIST
    ) { try ResNet50Space(.small(images: $0)) },
  ]

  public static var names: [String] { presets.map(\.name) }

  /// Throws ``SpaceError/unknownSpace(name:nearest:names:)``.
  public static func preset(named name: String) throws(SpaceError) -> SpacePreset {
    if let preset = presets.first(where: { $0.name == name }) { return preset }
    throw .unknownSpace(name: name, nearest: nearestName(to: name, among: names), names: names)
  }

  /// The space of a preset, for `images` or else for those it is meant for.
  ///
  /// Throws ``SpaceError`` for an unknown name or images that do not fit a network.
  public static func makeSpace(
    name: String,
    images: ImageTask? = nil
  ) throws -> any ConfiguredSpace {
    let preset = try preset(named: name)
    return try preset.build(images ?? preset.usualImages)
  }
}
