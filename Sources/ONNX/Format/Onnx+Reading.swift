import Torch

extension OnnxTensorProto {
  /// The tensor that is stored. Throws ``ONNXError/damaged(_:)`` for one that is not float32 as raw bytes
  /// of its shape, and `TorchError`.
  func tensor() throws -> Tensor {
    guard dataType == DataType.float.rawValue else {
      throw ONNXError.damaged("the tensor '\(name)' does not hold float32")
    }
    var count = 1
    for size in dims {
      let (product, overflows) = count.multipliedReportingOverflow(by: Int(size))
      guard size >= 0, !overflows else {
        throw ONNXError.damaged("the tensor '\(name)' has the impossible shape \(dims)")
      }
      count = product
    }
    guard rawData.count % 4 == 0, rawData.count / 4 == count else {
      throw ONNXError.damaged(
        "the tensor '\(name)' of shape \(dims) holds \(rawData.count) bytes of float32"
      )
    }
    return try rawData.withUnsafeBytes {
      try Tensor(bytes: $0, type: .float32, shape: dims.map(Int.init))
    }
  }
}

extension OnnxValueInfoProto {
  var elementType: Int32 { type.tensorType.elemType }
  var dimensions: [OnnxTensorShapeProto.Dimension] { type.tensorType.shape.dim }

  /// Whether a tensor of this shape can be the value. A named dimension may have any size.
  func allows(_ shape: [Int]) -> Bool {
    shape.count == dimensions.count
      && zip(dimensions, shape).allSatisfy { dimension, size in
        switch dimension.value {
        case .dimValue(let value): value == Int64(size)
        case .dimParam, nil: true
        }
      }
  }

  /// As `[batch, 10]`.
  var shapeText: String {
    let sizes = dimensions.map { dimension in
      switch dimension.value {
      case .dimValue(let value): "\(value)"
      case .dimParam(let name): name
      case nil: "?"
      }
    }
    return "[" + sizes.joined(separator: ", ") + "]"
  }
}
