import Torch

/// How a network is computed. Results agree up to rounding.
package enum Formulation: String, Sendable, Hashable, CaseIterable {
  /// Channels last in memory, and kernels of our own where libtorch's are slow.
  case fast
  /// As any program on libtorch would: contiguous `[batch, channels, height, width]`, one operation
  /// of libtorch per layer. What the fast one is checked against and measured by.
  case plain

  /// Images or filters in the memory order of this formulation.
  func ordered(_ x: Tensor) throws -> Tensor {
    switch self {
    case .fast: try x.channelsLast()
    case .plain: try x.contiguous()
    }
  }
}
