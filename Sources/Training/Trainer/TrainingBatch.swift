import Torch

/// One batch of a training, on the network's device.
public struct TrainingBatch {
  /// Normalised images `[batch, channels, height, width]`.
  public let images: Tensor
  /// Classes, int64 `[batch]`.
  public let labels: Tensor
  /// Where the images stand in the data set, in the order of the batch: how an objective or a target
  /// source finds what it knows about each image.
  public let indices: [Int]

  /// Throws ``TrainingError/invalidBatch(_:)`` where the parts do not have one entry for each image.
  public init(images: Tensor, labels: Tensor, indices: [Int]) throws(TrainingError) {
    guard images.rank == 4, images.size(0) == indices.count, labels.shape == [indices.count] else {
      throw .invalidBatch(
        "images of the shape \(images.shape), labels of the shape \(labels.shape) and "
          + "\(indices.count) indices; expected [batch, channels, height, width], [batch] and one index per image"
      )
    }
    self.images = images
    self.labels = labels
    self.indices = indices
  }

  public var count: Int { indices.count }
}
