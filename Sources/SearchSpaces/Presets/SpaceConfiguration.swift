/// The complete configuration of any of the three spaces, as files store it:
/// `{"family": "resnet50", "configuration": {...}}`.
public enum SpaceConfiguration: Sendable, Hashable {
  case mobileNetV3(MobileNetV3Space.Configuration)
  case proxylessNAS(ProxylessNASSpace.Configuration)
  case resNet50(ResNet50Space.Configuration)

  public enum Family: String, Sendable, Codable, CaseIterable {
    case mobileNetV3 = "mobilenetv3"
    case proxylessNAS = "proxylessnas"
    case resNet50 = "resnet50"
  }

  public var family: Family {
    switch self {
    case .mobileNetV3: .mobileNetV3
    case .proxylessNAS: .proxylessNAS
    case .resNet50: .resNet50
    }
  }

  /// Throws ``SpaceError/invalidConfiguration(space:field:reason:)``.
  public func makeSpace() throws -> any ConfiguredSpace {
    switch self {
    case .mobileNetV3(let configuration): try MobileNetV3Space(configuration)
    case .proxylessNAS(let configuration): try ProxylessNASSpace(configuration)
    case .resNet50(let configuration): try ResNet50Space(configuration)
    }
  }
}

extension SpaceConfiguration: Codable {
  private enum CodingKeys: String, CodingKey { case family, configuration }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Family.self, forKey: .family) {
    case .mobileNetV3:
      self = .mobileNetV3(
        try container.decode(MobileNetV3Space.Configuration.self, forKey: .configuration)
      )
    case .proxylessNAS:
      self = .proxylessNAS(
        try container.decode(ProxylessNASSpace.Configuration.self, forKey: .configuration)
      )
    case .resNet50:
      self = .resNet50(
        try container.decode(ResNet50Space.Configuration.self, forKey: .configuration)
      )
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(family, forKey: .family)
    switch self {
    case .mobileNetV3(let configuration):
      try container.encode(configuration, forKey: .configuration)
    case .proxylessNAS(let configuration):
      try container.encode(configuration, forKey: .configuration)
    case .resNet50(let configuration):
      try container.encode(configuration, forKey: .configuration)
    }
  }
}

extension MobileNetV3Space {
  public var spaceConfiguration: SpaceConfiguration { .mobileNetV3(configuration) }
}

extension ProxylessNASSpace {
  public var spaceConfiguration: SpaceConfiguration { .proxylessNAS(configuration) }
}

extension ResNet50Space {
  public var spaceConfiguration: SpaceConfiguration { .resNet50(configuration) }
}
