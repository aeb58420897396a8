/// The value of an attribute.
public enum HDF5Attribute: Hashable, Sendable {
  case string(String)
  case integer(Int64)
  case real(Double)

  var kind: String {
    switch self {
    case .string: "a string"
    case .integer: "an integer"
    case .real: "a real number"
    }
  }
}

/// A Swift type that an attribute can hold: `String`, `Int64`, `Int` and `Double`.
public protocol HDF5AttributeValue: Sendable {
  var attribute: HDF5Attribute { get }
  init?(attribute: HDF5Attribute)
  static var attributeKind: String { get }
}

extension String: HDF5AttributeValue {
  public var attribute: HDF5Attribute { .string(self) }
  public init?(attribute: HDF5Attribute) {
    guard case .string(let value) = attribute else { return nil }
    self = value
  }
  public static var attributeKind: String { "a string" }
}

extension Int64: HDF5AttributeValue {
  public var attribute: HDF5Attribute { .integer(self) }
  public init?(attribute: HDF5Attribute) {
    guard case .integer(let value) = attribute else { return nil }
    self = value
  }
  public static var attributeKind: String { "an integer" }
}

extension Int: HDF5AttributeValue {
  public var attribute: HDF5Attribute { .integer(Int64(self)) }
  public init?(attribute: HDF5Attribute) {
    guard case .integer(let value) = attribute, let exact = Int(exactly: value) else { return nil }
    self = exact
  }
  public static var attributeKind: String { "an integer" }
}

extension Double: HDF5AttributeValue {
  public var attribute: HDF5Attribute { .real(self) }
  public init?(attribute: HDF5Attribute) {
    guard case .real(let value) = attribute else { return nil }
    self = value
  }
  public static var attributeKind: String { "a real number" }
}
