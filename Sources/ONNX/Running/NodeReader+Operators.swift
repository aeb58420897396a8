import Torch

/// The operators of operator set 17 that models of ours are made of, as its specification has them.
extension NodeReader {
  /// What the node gives. Throws ``ONNXError`` and `TorchError`.
  func run() throws -> Tensor {
    guard node.domain.isEmpty else {
      throw ONNXError.unknownOperator("\(node.domain).\(node.opType)", node: node.name)
    }
    // Reading an attribute changes the reader.
    var reader = self
    switch node.opType {
    case "Add": return try reader.pair { try $0 + $1 }
    case "Mul": return try reader.pair { try $0 * $1 }
    case "Relu": return try reader.single { try $0.relu() }
    case "HardSwish": return try reader.single { try $0.hardSwish() }
    case "GlobalAveragePool":
      return try reader.single { try map(of: [$0]).mean([2, 3], keep: true) }
    case "Clip": return try reader.clip()
    case "HardSigmoid": return try reader.hardSigmoid()
    case "Cast": return try reader.cast()
    case "Transpose": return try reader.transpose()
    case "Flatten": return try reader.flatten()
    case "Conv": return try reader.convolution()
    case "BatchNormalization": return try reader.batchNormalization()
    case "MaxPool": return try reader.maxPool()
    case "AveragePool": return try reader.averagePool()
    case "Gemm": return try reader.gemm()
    default: throw ONNXError.unknownOperator(node.opType, node: node.name)
    }
  }

  private func single(_ operation: (Tensor) throws -> Tensor) throws -> Tensor {
    try finish()
    return try operation(inputs(1)[0])
  }

  private func pair(_ operation: (Tensor, Tensor) throws -> Tensor) throws -> Tensor {
    try finish()
    let inputs = try inputs(2)
    return try operation(inputs[0], inputs[1])
  }

  private func clip() throws -> Tensor {
    try finish()
    let inputs = try inputs(3)
    return try inputs[0].clamped(min: inputs[1].scalar()).clamped(max: inputs[2].scalar())
  }

  private mutating func hardSigmoid() throws -> Tensor {
    let alpha = try float("alpha", default: 0.2)
    let beta = try float("beta", default: 0.5)
    return try single { try ($0 * alpha + beta).clamped(min: 0).clamped(max: 1) }
  }

  private mutating func cast() throws -> Tensor {
    try require("to", OnnxTensorProto.DataType.float.rawValue, default: 0)
    return try single { try $0.to(.float32) }
  }

  private mutating func transpose() throws -> Tensor {
    let order = try ints("perm", default: [])
    return try single { x in
      guard order.sorted() == Array(0..<x.rank) else {
        throw unsupported("the order \(order) is none of \(x.rank) dimensions")
      }
      return try x.permuted(order)
    }
  }

  private mutating func flatten() throws -> Tensor {
    try require("axis", 1, default: 1)
    return try single { x in
      guard let batch = x.shape.first else { throw unsupported("it takes a batch, not one number") }
      return try x.reshaped([batch, x.shape.dropFirst().reduce(1, *)])
    }
  }

  private mutating func gemm() throws -> Tensor {
    try require("transA", 0, default: 0)
    try require("transB", 1, default: 0)
    guard try float("alpha", default: 1) == 1, try float("beta", default: 1) == 1 else {
      throw unsupported("it scales its inputs")
    }
    try finish()
    let inputs = try inputs(3)
    return try inputs[0].linear(inputs[1], bias: inputs[2])
  }

  private mutating func batchNormalization() throws -> Tensor {
    let epsilon = try float("epsilon", default: 1e-5)
    try finish()
    let inputs = try inputs(5)
    return try map(of: inputs).batchNormalized(
      mean: inputs[3],
      variance: inputs[4],
      weight: inputs[1],
      bias: inputs[2],
      epsilon: epsilon
    )
  }
}
