import ForeignWeights
import Torch

extension ForeignTensor {
  /// The tensor itself: float32, or int64 for integers. Throws ``ImportError`` and `TorchError`.
  package func tensor(device: Device = .cpu) throws -> Tensor {
    elementType.isInteger
      ? try Tensor(integers(), shape: shape, device: device)
      : try Tensor(floats(), shape: shape, device: device)
  }
}

extension ImportPlan {
  /// The state of a supernet as far as the checkpoint has it, and the weights of it that hold one
  /// value only, by the names in the checkpoint.
  ///
  /// Throws ``ImportError``, or ``SupernetError/unusableValues(file:tensors:)`` for values that no
  /// network has.
  package func state(
    from checkpoint: ForeignCheckpoint
  ) throws -> (tensors: [String: Tensor], constant: [String]) {
    var tensors: [String: Tensor] = [:]
    var constant: [String] = []
    var unusable: [UnusableValues] = []
    try apply(to: checkpoint) { target, foreign in
      guard !target.isCounter else {
        tensors[target.key] = try Tensor(foreign.rounded(), shape: foreign.shape)
        return
      }
      let tensor = try foreign.tensor()
      let values = try UnusableValues(
        tensor,
        called: foreign.key,
        isVariance: target.key.hasSuffix(".running_var")
      )
      if let values { unusable.append(values) }
      if try tensor.isConstantWeight { constant.append(foreign.key) }
      tensors[target.key] = tensor
    }
    guard unusable.isEmpty else {
      throw SupernetError.unusableValues(
        file: checkpoint.file ?? "the checkpoint",
        tensors: unusable
      )
    }
    return (tensors, constant)
  }
}

extension Tensor {
  /// Whether a matrix or a kernel holds one value only, as nothing that was trained does. Kernels of a
  /// single weight are no sign of anything.
  fileprivate var isConstantWeight: Bool {
    get throws {
      guard rank > 1, count > 8 else { return false }
      let spread = try max().scalar() + (self * -1).max().scalar()
      return spread == 0
    }
  }
}
