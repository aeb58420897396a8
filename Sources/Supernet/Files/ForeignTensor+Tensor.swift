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
