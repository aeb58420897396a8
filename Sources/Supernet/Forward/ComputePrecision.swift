import Torch

/// The precision of a network's computation: of all of it where it is folded; in training of the
/// products of its dense convolutions, and on a GPU of all maps.
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
