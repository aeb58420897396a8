import RandomStreams
import Synchronization

/// Where a loader stands: the epoch and the batch in it that come next, both from 0.
public struct LoaderPosition: Hashable, Sendable, Codable {
  public var epoch: Int
  public var batch: Int

  public init(epoch: Int = 0, batch: Int = 0) {
    self.epoch = epoch
    self.batch = batch
  }
}

/// An endless sequence of training batches, made ahead on background threads.
///
/// ```swift
/// let loader = try TrainingLoader(
///   dataset, batchSize: 64, augmentation: Augmentation(cropPadding: 2, horizontalFlip: true),
///   stream: RandomStream(seed: 7, name: "loader"))
/// let batch = loader.next()
/// checkpoint.loader = loader.position
/// ```
///
/// Every epoch has its own order of the images, and images that do not fill a last batch are left
/// out of it. Batch and augmentation depend on the stream, the epoch and the image only: a loader
/// started at a stored position gives exactly the batches the first one would have given.
public final class TrainingLoader {
  public let batchSize: Int
  public let batchesPerEpoch: Int
  private let prefetcher: Prefetcher<ImageBatch>

  /// - Parameters:
  ///   - stream: is not advanced; the same stream gives the same batches.
  ///   - prefetch: how many batches are made ahead.
  ///   - threads: how many threads make them.
  /// - Throws: `ImageDataError` of kind `misuse` when a split does not fill one batch, the crop is
  ///   larger than the image, or the position makes no sense.
  public init(
    _ dataset: ImageDataset,
    split: Split = .train,
    batchSize: Int,
    augmentation: Augmentation = .none,
    stream: RandomStream,
    from position: LoaderPosition = LoaderPosition(),
    prefetch: Int = 4,
    threads: Int = 1
  ) throws {
    let indices = dataset.indices(of: split)
    guard (1...max(1, indices.count)).contains(batchSize), !indices.isEmpty else {
      throw ImageDataError(
        .misuse,
        dataset.path,
        "batches of \(batchSize) cannot be made of the \(indices.count) images of split "
          + split.rawValue,
        remedy: "Choose a batch size from 1 to the size of the split."
      )
    }
    guard (0..<min(dataset.shape.height, dataset.shape.width)).contains(augmentation.cropPadding)
    else {
      throw ImageDataError(
        .misuse,
        dataset.path,
        "crop padding \(augmentation.cropPadding) does not suit images of "
          + "\(dataset.shape.height) x \(dataset.shape.width)",
        remedy: "Choose a padding from 0 to less than the shorter side."
      )
    }
    let perEpoch = indices.count / batchSize
    guard position.epoch >= 0, (0...perEpoch).contains(position.batch) else {
      throw ImageDataError(
        .misuse,
        dataset.path,
        "epoch \(position.epoch), batch \(position.batch) is no position: "
          + "an epoch has \(perEpoch) batches"
      )
    }
    self.batchSize = batchSize
    batchesPerEpoch = perEpoch
    let maker = BatchMaker(dataset)
    let orders = EpochOrders(indices, stream.substream(0))
    let draws = stream.substream(1)
    prefetcher = Prefetcher(
      from: position.epoch * perEpoch + position.batch,
      depth: prefetch,
      threads: threads
    ) { number in
      let epoch = number / perEpoch
      let order = orders.order(of: epoch)
      let first = number % perEpoch * batchSize
      let epochDraws = draws.substream(UInt64(epoch))
      return maker.batch(order[first..<(first + batchSize)]) { index in
        augmentation.draw(epochDraws.substream(UInt64(index)))
      }
    }
  }

  /// Where the batch stands that `next` will give: store it to go on from there.
  public var position: LoaderPosition {
    LoaderPosition(
      epoch: prefetcher.position / batchesPerEpoch,
      batch: prefetcher.position % batchesPerEpoch
    )
  }

  /// The next batch of `batchSize` images; there always is one.
  public func next() -> ImageBatch {
    // Without an end the prefetcher always has an item; the empty batch is for the compiler.
    prefetcher.next()
      ?? ImageBatch(
        indices: [],
        pixels: [],
        shape: ImageShape(height: 0, width: 0, channels: 0),
        labels: []
      )
  }
}

/// The order of the images in each epoch; the last one asked for is kept.
private final class EpochOrders: Sendable {
  private let indices: [Int]
  private let stream: RandomStream
  private let latest = Mutex<(epoch: Int, order: [Int])>((-1, []))

  init(_ indices: [Int], _ stream: RandomStream) {
    self.indices = indices
    self.stream = stream
  }

  func order(of epoch: Int) -> [Int] {
    latest.withLock { latest in
      if latest.epoch != epoch {
        var stream = stream.substream(UInt64(epoch))
        var order = indices
        stream.shuffle(&order)
        latest = (epoch, order)
      }
      return latest.order
    }
  }
}
