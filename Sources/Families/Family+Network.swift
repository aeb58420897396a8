import Networks
import SearchSpaces
import Supernet
import Torch

extension Family.Member {
  /// The network under the names of its supernet, from the space that is stored with the family: a
  /// preset that changed since then changes nothing. Its resolution and channels are the member's.
  ///
  /// Throws `HDF5Error` for a family whose file does not store its space.
  public var description: NetworkDescription {
    get throws { try space.get().network(architecture) }
  }

  /// The network with the stored weights, ready to predict: give it ``prepared(_:)`` images. A copy,
  /// and each call makes another. Folded, it rounds as the run's own evaluator did, whose
  /// probabilities are stored; unfolded, they may differ in the sixth digit.
  ///
  /// Throws `HDF5Error` for a family whose file does not store its space, or `TorchError`.
  public func network(on device: Device = .cpu) throws -> StaticNetwork {
    try StaticNetwork(description, state: weights, device: device)
  }

  /// Normalised images `[batch, channels, height, width]` as this member takes them: resized to its
  /// resolution where that is a decision of the space.
  ///
  /// Throws `HDF5Error` for a family whose file does not store its space.
  public func prepared(_ images: Tensor) throws -> Tensor {
    try space.get().input.images(images, for: architecture)
  }
}
