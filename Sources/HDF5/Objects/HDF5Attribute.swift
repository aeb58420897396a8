/// The value of an attribute.
package enum HDF5Attribute: Hashable, Sendable {
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
package protocol HDF5AttributeValue: Sendable {
  var attribute: HDF5Attribute { get }
  init?(attribute: HDF5Attribute)
  static var attributeKind: String { get }
}

extension String: HDF5AttributeValue {
  package var attribute: HDF5Attribute { .string(self) }
  package init?(attribute: HDF5Attribute) {
    guard case .string(let value) = attribute else { return nil }
    self = value
  }
  package static var attributeKind: String { "a string" }
}

extension Int64: HDF5AttributeValue {
  package var attribute: HDF5Attribute { .integer(self) }
  package init?(attribute: HDF5Attribute) {
    guard case .integer(let value) = attribute else { return nil }
    self = value
  }
  package static var attributeKind: String { "an integer" }
}

extension Int: HDF5AttributeValue {
  package var attribute: HDF5Attribute { .integer(Int64(self)) }
  package init?(attribute: HDF5Attribute) {
    guard case .integer(let value) = attribute, let exact = Int(exactly: value) else { return nil }
    self = exact
  }
  package static var attributeKind: String { "an integer" }
}

extension Double: HDF5AttributeValue {
  package var attribute: HDF5Attribute { .real(self) }
  package init?(attribute: HDF5Attribute) {
    guard case .real(let value) = attribute else { return nil }
    self = value
  }
  package static var attributeKind: String { "a real number" }
}
