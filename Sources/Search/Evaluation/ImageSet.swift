import Torch

/// A fixed sequence of images in fixed batches, normalised and without augmentation. Everything that
/// is compared is measured on the same one.
public struct ImageSet {
  /// `search`, `test` or a part of one: what the cache files predictions under.
  public let name: String
  public let labels: [Int]
  public let batchCount: Int
  private let load: (Int) throws -> Tensor

  public init(
    name: String,
    labels: [Int],
    batchCount: Int,
    load: @escaping (Int) throws -> Tensor
  ) {
    self.name = name
    self.labels = labels
    self.batchCount = batchCount
    self.load = load
  }

  /// `[batch, channels, height, width]`, float32.
  public func batch(_ index: Int) throws -> Tensor { try load(index) }
}
