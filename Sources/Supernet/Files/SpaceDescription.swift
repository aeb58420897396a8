import Foundation
import HDF5
import SearchSpaces

/// A space as files store it: its name, its type and its configuration.
public struct SpaceDescription: Sendable, Hashable, Codable {
  public var name: String
  /// Name of the Swift type, such as `MobileNetV3Space`.
  public var type: String
  /// The type's configuration, JSON with sorted keys.
  public var configuration: String

  /// The spaces of this package.
  public static let knownTypes: [any ConfiguredSpace.Type] = [
    MobileNetV3Space.self, ProxylessNASSpace.self, ResNet50Space.self,
  ]

  public init(_ space: any ConfiguredSpace) throws {
    func encode<Space: ConfiguredSpace>(_ space: Space) throws -> String {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(space.configuration), as: UTF8.self)
    }
    name = space.name
    type = "\(Swift.type(of: space))"
    configuration = try encode(space)
  }

  /// The space again. `types` are the types it may be of; give your own for a space of your own.
  ///
  /// Throws ``SupernetError/unknownSpaceType(type:known:)``, or ``SpaceError`` and `DecodingError`
  /// for a configuration that is not one of the type.
  public func makeSpace(
    types: [any ConfiguredSpace.Type] = knownTypes
  ) throws -> any ConfiguredSpace {
    func decode<Space: ConfiguredSpace>(_ type: Space.Type) throws -> any ConfiguredSpace {
      let data = Data(configuration.utf8)
      return try Space(JSONDecoder().decode(Space.Configuration.self, from: data))
    }
    guard let found = types.first(where: { "\($0)" == type }) else {
      throw SupernetError.unknownSpaceType(type: type, known: types.map { "\($0)" })
    }
    return try decode(found)
  }

  /// Writes the description as attributes.
  package func write(to group: HDF5Group) throws {
    try group.setAttribute("space", name)
    try group.setAttribute("space-type", type)
    try group.setAttribute("space-configuration", configuration)
  }

  package init(from group: HDF5Group) throws {
    name = try group.attribute("space")
    type = try group.attribute("space-type")
    configuration = try group.attribute("space-configuration")
  }
}
