import Foundation
import Torch

extension OnnxAttributeProto {
  static func with(_ name: String, _ value: Int) -> OnnxAttributeProto {
    .with {
      $0.name = name
      $0.type = .int
      $0.i = Int64(value)
    }
  }

  static func with(_ name: String, _ values: [Int]) -> OnnxAttributeProto {
    .with {
      $0.name = name
      $0.type = .ints
      $0.ints = values.map(Int64.init)
    }
  }

  static func with(_ name: String, _ value: Float) -> OnnxAttributeProto {
    .with {
      $0.name = name
      $0.type = .float
      $0.f = value
    }
  }
}

extension OnnxTensorProto {
  /// Of float32.
  static func with(_ name: String, _ tensor: Tensor) throws -> OnnxTensorProto {
    let bytes = try tensor.bytes()
    return .with {
      $0.name = name
      $0.dims = tensor.shape.map(Int64.init)
      $0.dataType = Int32(DataType.float.rawValue)
      // The processors that regnas runs on are little-endian.
      $0.rawData = Data(bytes)
    }
  }
}

extension OnnxValueInfoProto {
  /// A value for a batch of any size; `shape` is without it.
  static func with(
    _ name: String,
    _ type: OnnxTensorProto.DataType,
    shape: [Int]
  ) -> OnnxValueInfoProto {
    .with {
      $0.name = name
      $0.type.tensorType.elemType = Int32(type.rawValue)
      $0.type.tensorType.shape.dim =
        [.with { $0.dimParam = ONNXModel.batchName }]
        + shape.map { size in .with { $0.dimValue = Int64(size) } }
    }
  }
}
