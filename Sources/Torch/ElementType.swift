/// What a tensor's elements are, by libtorch's numbers (`c10::ScalarType`).
public enum ElementType: Int32, Sendable, Hashable, CustomStringConvertible {
  case uint8 = 0
  case int8 = 1
  case int32 = 3
  case int64 = 4
  case float32 = 6
  case float64 = 7
  case bool = 11
  case bfloat16 = 15

  /// Of one element.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .bfloat16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  public var description: String {
    switch self {
    case .uint8: "uint8"
    case .int8: "int8"
    case .int32: "int32"
    case .int64: "int64"
    case .float32: "float32"
    case .float64: "float64"
    case .bool: "bool"
    case .bfloat16: "bfloat16"
    }
  }
}

/// Swift types that tensors are made from and read into.
public protocol TensorElement: Sendable {
  static var elementType: ElementType { get }
}
extension UInt8: TensorElement { public static var elementType: ElementType { .uint8 } }
extension Int8: TensorElement { public static var elementType: ElementType { .int8 } }
extension Int32: TensorElement { public static var elementType: ElementType { .int32 } }
extension Int64: TensorElement { public static var elementType: ElementType { .int64 } }
extension Int: TensorElement { public static var elementType: ElementType { .int64 } }
extension Float: TensorElement { public static var elementType: ElementType { .float32 } }
extension Double: TensorElement { public static var elementType: ElementType { .float64 } }
extension Bool: TensorElement { public static var elementType: ElementType { .bool } }
