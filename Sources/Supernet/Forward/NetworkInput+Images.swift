import Networks
import SearchSpaces
import Torch

extension NetworkInput {
  /// Images as an architecture takes them: resized where the resolution is a decision, and as they
  /// are where it is not, so that a network can be run at any size.
  package func images(_ images: Tensor, for architecture: Architecture) throws -> Tensor {
    guard resolution.decision != nil else { return images }
    let size = resolution(architecture)
    return try withoutGradient { try images.resized(height: size, width: size) }
  }
}
