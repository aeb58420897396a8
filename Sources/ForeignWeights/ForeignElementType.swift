/// The element types read from foreign checkpoints.
package enum ForeignElementType: String, Sendable, Hashable, Codable, CaseIterable {
  case float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8, bool

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// Whether the elements are whole numbers, as `num_batches_tracked`.
  package var isInteger: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: false
    case .int64, .int32, .int16, .int8, .uint8, .bool: true
    }
  }

  /// By the class of torch that stores it: `torch.FloatStorage`.
  init?(torchStorage name: String) {
    switch name {
    case "torch.DoubleStorage": self = .float64
    case "torch.FloatStorage": self = .float32
    case "torch.HalfStorage": self = .float16
    case "torch.BFloat16Storage": self = .bfloat16
    case "torch.LongStorage": self = .int64
    case "torch.IntStorage": self = .int32
    case "torch.ShortStorage": self = .int16
    case "torch.CharStorage": self = .int8
    case "torch.ByteStorage": self = .uint8
    case "torch.BoolStorage": self = .bool
    default: return nil
    }
  }

  /// By the name of the safetensors format: `F32`.
  init?(safetensors name: String) {
    switch name {
    case "F64": self = .float64
    case "F32": self = .float32
    case "F16": self = .float16
    case "BF16": self = .bfloat16
    case "I64": self = .int64
    case "I32": self = .int32
    case "I16": self = .int16
    case "I8": self = .int8
    case "U8": self = .uint8
    case "BOOL": self = .bool
    default: return nil
    }
  }
}
