/// Where a tensor lives and is computed on.
public enum Device: Sendable, Hashable, CustomStringConvertible {
  case cpu
  case cuda(Int)

  /// From `cpu`, `cuda`, `cuda:N`, or `auto` (the first CUDA device, else the processor).
  ///
  /// Throws ``DeviceError`` for another name, or a CUDA device that is not there.
  public init(_ name: String) throws {
    switch name {
    case "cpu":
      self = .cpu
    case "auto":
      self = try TorchRuntime.cudaDeviceCount() > 0 ? .cuda(0) : .cpu
    default:
      let parts = name.split(separator: ":", omittingEmptySubsequences: false)
      guard parts[0] == "cuda", parts.count <= 2, let index = parts.count == 2 ? Int(parts[1]) : 0,
        index >= 0
      else {
        throw DeviceError(name: name, reason: "devices are named auto, cpu, cuda or cuda:N")
      }
      let count = try TorchRuntime.cudaDeviceCount()
      guard index < count else {
        throw DeviceError(
          name: name,
          reason: count == 0
            ? "this libtorch sees no CUDA device; use --device cpu, or build with LIBTORCH=<dir> of a CUDA build"
            : "there are \(count) CUDA devices, numbered from 0"
        )
      }
      self = .cuda(index)
    }
  }

  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }

  /// The shim's number: -1 for the processor.
  var code: Int32 {
    switch self {
    case .cpu: -1
    case .cuda(let index): Int32(index)
    }
  }

  init(code: Int32) { self = code < 0 ? .cpu : .cuda(Int(code)) }
}

public enum ElementType: Int32, Sendable, Hashable, CustomStringConvertible {
  case uint8 = 0
  case int8 = 1
  case int32 = 3
  case int64 = 4
  case float32 = 6
  case float64 = 7
  case bool = 11
  case bfloat16 = 15

  /// Of one value.
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
