import AtomicFiles
import Configuration
import FlipMetrics
import ImageData
import RandomStreams
import Runs
import Supernet
import Torch
import Training

/// The images of a run, by what they are for. Rewards come from the search split, final figures
/// from the test split, calibration from the train split; which images is fixed by the seed.
package struct RunImages {
  /// The part of the search split that rewards are measured on.
  package let reward: ImageSet
  package let search: ImageSet
  /// The part of it that the supernet's training is watched on.
  package let validation: ImageSet
  package let test: ImageSet
  package let trainCount: Int
  package let trainingBatchesPerEpoch: Int
  private let data: ImageDataset
  private let device: Device
  private let configuration: RunConfiguration

  package init(_ configuration: RunConfiguration, data: ImageDataset, device: Device) throws {
    self.data = data
    self.device = device
    self.configuration = configuration
    let split = data.indices(of: .search)
    let test = data.indices(of: .test)
    let train = data.indices(of: .train)
    for (name, images) in [("train", train), ("search", split), ("test", test)]
    where images.isEmpty {
      throw RunError.invalidInput(
        "\(data.path): the split '\(name)' is empty; import the data again with images in it"
      )
    }
    trainCount = train.count
    trainingBatchesPerEpoch = train.count / configuration.supernet.training.batchSize
    guard trainingBatchesPerEpoch > 0 else {
      throw ConfigurationError(
        place: "supernet.batchSize",
        message: "a batch of \(configuration.supernet.training.batchSize) does not fit "
          + "\(train.count) training images"
      )
    }
    guard configuration.supernet.calibrationImages <= train.count else {
      throw ConfigurationError(
        place: "supernet.calibrationImages",
        message: "\(configuration.supernet.calibrationImages) images are asked for, "
          + "the train split has \(train.count)"
      )
    }
    var stream = RandomStream(seed: configuration.seed, name: "search.reward-images")
    let wanted = configuration.search.rewardImages
    search = try Self.imageSet(split, data, device)
    reward =
      wanted == 0 || wanted >= split.count
      ? search
      : try Self.imageSet(
        stream.permutation(of: split.count).prefix(wanted).sorted().map { split[$0] },
        data,
        device
      )
    var watched = RandomStream(seed: configuration.seed, name: "supernet.validation-images")
    validation = try Self.imageSet(
      watched.permutation(of: split.count).prefix(configuration.supernet.validationImages)
        .sorted().map { split[$0] },
      data,
      device
    )
    self.test = try Self.imageSet(test, data, device)
  }

  /// Training batches from a step of the whole training on, shuffled and augmented.
  ///
  /// - Parameter stream: what their order follows from, beside the seed.
  package func trainingBatches(
    from step: Int,
    stream: String = "supernet.batches"
  ) throws -> TrainingBatches {
    TrainingBatches(
      loader: try TrainingLoader(
        data,
        batchSize: configuration.supernet.training.batchSize,
        augmentation: Augmentation(
          cropPadding: configuration.data.padding,
          horizontalFlip: configuration.data.flip
        ),
        stream: RandomStream(seed: configuration.seed, name: stream),
        from: LoaderPosition(
          epoch: step / trainingBatchesPerEpoch,
          batch: step % trainingBatchesPerEpoch
        )
      ),
      device: device
    )
  }

  /// Training images for batch-norm statistics, the same for every architecture.
  package func calibrationBatches() throws -> [Tensor] {
    var stream = RandomStream(seed: configuration.seed, name: "supernet.calibration-images")
    let train = data.indices(of: .train)
    let chosen = stream.permutation(of: train.count)
      .prefix(configuration.supernet.calibrationImages).map { train[$0] }
    return try data.fixedBatches(
      indices: chosen,
      batchSize: configuration.supernet.calibrationBatchSize
    ).map { try $0.images(on: device) }
  }

  /// Images that go through a network together.
  private static func batchSize(of shape: ImageShape, on device: Device) -> Int {
    // What the processor's caches like; more would keep no thread busier.
    guard device != .cpu else { return 250 }
    // A GPU is only busy with many pixels at once. Its widest layers hold some hundred times the bytes
    // of the images.
    return min(10_000, max(1, (1 << 25) / shape.byteCount))
  }
  /// Batches of a set are kept as tensors up to this size; larger sets are read again each time.
  private static let keptBytes = 1 << 30

  private static func imageSet(
    _ indices: [Int],
    _ data: ImageDataset,
    _ device: Device
  ) throws -> ImageSet {
    let batchSize = batchSize(of: data.shape, on: device)
    let chunks = stride(from: 0, to: indices.count, by: batchSize).map {
      Array(indices[$0..<min(indices.count, $0 + batchSize)])
    }
    let load = { (index: Int) throws -> Tensor in
      guard
        let batch = try data.fixedBatches(indices: chunks[index], batchSize: batchSize, prefetch: 1)
          .makeIterator().next()
      else { throw RunError.invalidInput("\(data.path): a batch of images is empty") }
      return try batch.images(on: device)
    }
    let keeps = indices.count * data.shape.byteCount * MemoryLayout<Float>.size <= keptBytes
    let kept = KeptBatches(count: keeps ? chunks.count : 0)
    return ImageSet(
      // Normalisation follows from the data set.
      digest: try SHA256.of(
        "images \(indices) in batches of \(batchSize) of the data set \(data.digest)"
      ),
      labels: indices.map { data.labels[$0] },
      indices: indices,
      batchCount: chunks.count
    ) { index in
      try kept.batch(index, otherwise: load)
    }
  }
}

/// Batches made once and kept.
private final class KeptBatches {
  private var batches: [Tensor?]

  init(count: Int) { batches = .init(repeating: nil, count: count) }

  func batch(_ index: Int, otherwise load: (Int) throws -> Tensor) rethrows -> Tensor {
    guard index < batches.count else { return try load(index) }
    if let batch = batches[index] { return batch }
    let batch = try load(index)
    batches[index] = batch
    return batch
  }
}

/// Training batches as tensors.
package struct TrainingBatches {
  package let loader: TrainingLoader
  package let device: Device

  package func next() throws -> TrainingBatch {
    let batch = loader.next()
    return try TrainingBatch(
      images: batch.images(on: device),
      labels: Tensor(batch.labels, shape: [batch.count], device: device),
      indices: batch.indices
    )
  }
}

extension ImageBatch {
  package func images(on device: Device) throws -> Tensor {
    try Tensor(
      channelsLast: pixels,
      batch: count,
      channels: shape.channels,
      height: shape.height,
      width: shape.width,
      device: device
    )
  }
}
