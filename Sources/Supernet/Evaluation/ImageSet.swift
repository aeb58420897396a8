import Torch

/// A fixed sequence of images in fixed batches, normalised and without augmentation. Everything that
/// is compared is measured on the same one.
public struct ImageSet {
  /// Identifies the content: which images, in which order, prepared how. Sets of one digest are the
  /// same images in the same batches.
  public let digest: String
  /// The true class per image.
  public let labels: [Int32]
  /// The place of each image in its data set.
  public let indices: [Int]
  public let batchCount: Int
  private let load: (Int) throws -> Tensor

  /// - Parameters:
  ///   - digest: equal for equal content only.
  ///   - load: gives a batch by its index. Not called concurrently.
  public init(
    digest: String,
    labels: [Int32],
    indices: [Int],
    batchCount: Int,
    load: @escaping (Int) throws -> Tensor
  ) {
    self.digest = digest
    self.labels = labels
    self.indices = indices
    self.batchCount = batchCount
    self.load = load
  }

  /// Number of images.
  public var count: Int { labels.count }

  /// `[batch, channels, height, width]`, float32.
  public func batch(_ index: Int) throws -> Tensor { try load(index) }
}
