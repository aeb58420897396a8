import Torch

/// The precision of a network's computation: of all of it where it is folded, of the products of
/// its dense convolutions in training.
public enum ComputePrecision: String, Sendable, Hashable, Codable, CaseIterable {
  case float32
  /// For the search and for training, never for final figures.
  case bfloat16
}

extension ComputePrecision {
  package var elementType: ElementType {
    switch self {
    case .float32: .float32
    case .bfloat16: .bfloat16
    }
  }
}
