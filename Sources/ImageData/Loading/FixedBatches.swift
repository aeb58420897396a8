/// Batches of given images in the given order without augmentation, for evaluation and
/// calibration. The last one may be smaller. Made ahead on a background thread.
///
/// ```swift
/// for batch in try dataset.fixedBatches(of: .search, batchSize: 256) { ... }
/// ```
public struct FixedBatches: Sequence {
  private let maker: BatchMaker
  private let indices: [Int]
  private let batchSize: Int
  private let prefetch: Int

  fileprivate init(_ maker: BatchMaker, _ indices: [Int], batchSize: Int, prefetch: Int) {
    self.maker = maker
    self.indices = indices
    self.batchSize = batchSize
    self.prefetch = prefetch
  }

  /// The number of batches.
  public var count: Int { (indices.count + batchSize - 1) / batchSize }
  public var underestimatedCount: Int { count }

  public func makeIterator() -> AnyIterator<ImageBatch> {
    let prefetcher = Prefetcher(from: 0, to: count, depth: prefetch, threads: 1) {
      [maker, indices, batchSize] number in
      let first = number * batchSize
      return maker.batch(indices[first..<Swift.min(indices.count, first + batchSize)])
    }
    return AnyIterator { prefetcher.next() }
  }
}

extension ImageDataset {
  /// - Throws: `ImageDataError` of kind `misuse` when an index is not in the data set or the batch
  ///   size is not positive.
  public func fixedBatches(
    indices: [Int],
    batchSize: Int,
    prefetch: Int = 2
  ) throws -> FixedBatches {
    if let stranger = indices.first(where: { !(0..<count).contains($0) }) {
      throw ImageDataError(.misuse, path, "image \(stranger) is not one of the \(count) images")
    }
    guard batchSize > 0 else {
      throw ImageDataError(.misuse, path, "batches of \(batchSize) images cannot be made")
    }
    return FixedBatches(
      BatchMaker(self),
      indices,
      batchSize: batchSize,
      prefetch: prefetch
    )
  }

  public func fixedBatches(
    of split: Split,
    batchSize: Int,
    prefetch: Int = 2
  ) throws -> FixedBatches {
    try fixedBatches(indices: indices(of: split), batchSize: batchSize, prefetch: prefetch)
  }
}
