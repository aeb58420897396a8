import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import ImageData
@testable import PictureFolders

@Suite struct LoaderTests {
  private let stream = RandomStream(seed: 9, name: "loader")

  @Test func fixedBatchesAreNormalisedPixels() throws {
    let folder = try TemporaryFolder()
    let dataset = try smallDataset(folder)
    let batches = try dataset.fixedBatches(of: .search, batchSize: 4)
    #expect(batches.count == 4)
    #expect(batches.map(\.count) == [4, 4, 4, 3])
    #expect(batches.flatMap(\.indices) == dataset.indices(of: .search))
    #expect(
      batches.flatMap(\.labels) == dataset.indices(of: .search).map { Int64(dataset.labels[$0]) }
    )
    let bytes = imageBytes(dataset)
    let (mean, deviation) = (dataset.channelMean[0], dataset.channelDeviation[0])
    var expected: [Float] = []
    for index in dataset.indices(of: .search) {
      expected += bytes[(index * 30)..<(index * 30 + 30)].map { byte in
        Float((Double(byte) / 255 - mean) / deviation)
      }
    }
    #expect(batches.flatMap(\.pixels) == expected)
    #expect(throws: ImageDataError.self) { try dataset.fixedBatches(indices: [72], batchSize: 1) }
    #expect(try dataset.fixedBatches(indices: [], batchSize: 3).map(\.count) == [])
  }

  @Test func everyEpochHasItsOwnOrder() throws {
    let folder = try TemporaryFolder()
    let dataset = try smallDataset(folder)
    let loader = try TrainingLoader(dataset, batchSize: 15, stream: stream)
    #expect(loader.batchesPerEpoch == 3)
    let epochs = (0..<3).map { _ in (0..<3).flatMap { _ in loader.next().indices } }
    for epoch in epochs { #expect(epoch.sorted() == dataset.indices(of: .train)) }
    #expect(Set(epochs).count == 3)
    // 45 images in batches of 20: 5 are left out of each epoch.
    let partial = try TrainingLoader(dataset, batchSize: 20, stream: stream)
    let seen = (0..<2).flatMap { _ in partial.next().indices }
    #expect(Set(seen).count == 40)
    #expect(partial.position == LoaderPosition(epoch: 1, batch: 0))
  }

  @Test func aStoredPositionGoesOnExactlyWhateverTheThreads() throws {
    let folder = try TemporaryFolder()
    let dataset = try smallDataset(folder)
    let changes = Augmentation(cropPadding: 2, horizontalFlip: true)
    let loader = try TrainingLoader(
      dataset,
      batchSize: 8,
      augmentation: changes,
      stream: stream,
      prefetch: 1
    )
    let all = (0..<17).map { _ in loader.next() }
    for taken in 0..<17 {
      let first = try TrainingLoader(
        dataset,
        batchSize: 8,
        augmentation: changes,
        stream: stream,
        prefetch: 5,
        threads: 3
      )
      for _ in 0..<taken { _ = first.next() }
      let stored = try JSONEncoder().encode(first.position)
      let resumed = try TrainingLoader(
        dataset,
        batchSize: 8,
        augmentation: changes,
        stream: stream,
        from: JSONDecoder().decode(LoaderPosition.self, from: stored),
        prefetch: 3,
        threads: 2
      )
      #expect(resumed.next() == all[taken])
    }
  }

  @Test func augmentationShiftsAndMirrors() throws {
    let folder = try TemporaryFolder()
    let path = try TemporaryFolder()
    for channels in [1, 3] {
      for name in ["a", "b", "c"] { try path.put(Fixture.png, "k/\(name).png") }
      try DatasetWriter(sizes: SplitSizes(search: 1, test: 1), seed: 1, overwrite: true).write(
        FolderSource(folder: path.path, size: 12, channels: channels),
        to: folder.file("a.h5")
      )
      let dataset = try ImageDataset.open(folder.file("a.h5"))
      let normalizer = Normalizer(dataset)
      let image = imageBytes(dataset).prefix(144 * channels)
      for draw in [
        Augmentation.Draw(top: 0, left: 0, isFlipped: false),
        .init(top: 2, left: -3, isFlipped: false), .init(top: -1, left: 2, isFlipped: true),
        .init(top: 0, left: 0, isFlipped: true), .init(top: 11, left: -11, isFlipped: true),
      ] {
        var result = [Float](repeating: .nan, count: 144 * channels)
        image.withUnsafeBufferPointer { source in
          result.withUnsafeMutableBufferPointer { target in
            if let source = source.baseAddress, let target = target.baseAddress {
              normalizer.write(source, draw, to: target)
            }
          }
        }
        var expected: [Float] = []
        for y in 0..<12 {
          for x in 0..<12 {
            let (row, column) = (y + draw.top, (draw.isFlipped ? 11 - x : x) + draw.left)
            let isInside = (0..<12).contains(row) && (0..<12).contains(column)
            for channel in 0..<channels {
              let byte = isInside ? image[(row * 12 + column) * channels + channel] : 0
              expected.append(
                Float(
                  (Double(byte) / 255 - dataset.channelMean[channel])
                    / dataset.channelDeviation[channel]
                )
              )
            }
          }
        }
        #expect(result == expected, "\(draw)")
      }
    }
  }

  @Test func augmentationIsUniform() {
    let changes = Augmentation(cropPadding: 1, horizontalFlip: true)
    var counts: [Augmentation.Draw: Int] = [:]
    for index in 0..<9000 { counts[changes.draw(stream.substream(UInt64(index))), default: 0] += 1 }
    #expect(counts.count == 18)
    // 18 outcomes of 1/18 each: 500 with a standard deviation of 21.7; six of them either way.
    for count in counts.values { #expect(abs(count - 500) < 131) }
    #expect(Augmentation.none.draw(stream) == Augmentation.Draw())
  }

  @Test func badRequestsAreRefused() throws {
    let folder = try TemporaryFolder()
    let dataset = try smallDataset(folder)
    func refused(_ body: () throws -> Void) {
      #expect(#expect(throws: ImageDataError.self) { try body() }?.kind == .misuse)
    }
    refused { _ = try TrainingLoader(dataset, batchSize: 46, stream: stream) }
    refused { _ = try TrainingLoader(dataset, batchSize: 0, stream: stream) }
    refused {
      _ = try TrainingLoader(
        dataset,
        batchSize: 5,
        augmentation: Augmentation(cropPadding: 5),
        stream: stream
      )
    }
    refused {
      _ = try TrainingLoader(
        dataset,
        batchSize: 5,
        stream: stream,
        from: LoaderPosition(epoch: 0, batch: 10)
      )
    }
    refused { _ = try dataset.fixedBatches(of: .train, batchSize: 0) }
  }
}
