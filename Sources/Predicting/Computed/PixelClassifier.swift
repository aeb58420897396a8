import FlipMetrics
import ImageData
import Torch

/// A model that takes images as they are stored, as bytes, and prepares them itself.
package protocol PixelClassifier {
  /// How many classes it tells apart, where that is known before it has seen an image.
  var classCount: Int? { get }

  /// The shape of the images that it takes; nil for one that takes any.
  var shape: ImageShape? { get }

  /// Logits `[images, classes]`, float32, for whole images of one shape, one after the other, each
  /// `[row, column, channel]`.
  func logits(_ bytes: [UInt8], _ shape: ImageShape) throws -> Tensor

  /// Where it is computed.
  var device: Device { get }

  /// Whether batches go through it at once, one on each thread.
  var takesBatchesAtOnce: Bool { get }
}

/// What a model says of one image.
package struct ClassRanking: Sendable, Hashable {
  package struct Entry: Sendable, Hashable {
    package var label: Int
    /// Softmax.
    package var probability: Float
  }

  /// As many classes as were asked for, the most probable first. The first is that of the largest logit,
  /// the first among equals.
  package var top: [Entry]
  /// The softmax probability of the true class, where that is known.
  package var ofTrueClass: Float?
}

extension PixelClassifier {
  package var takesBatchesAtOnce: Bool { true }

  /// Images that go through the model together, as in a run's own evaluation.
  package static var batchSize: Int { 250 }

  /// Ranks the classes of images that are made a batch at a time.
  ///
  /// - Parameters:
  ///   - top: how many classes to rank for each image.
  ///   - labels: their true classes, if known.
  package func rank(
    _ bytes: [UInt8],
    _ shape: ImageShape,
    top: Int,
    labels: ArraySlice<Int32>? = nil
  ) throws -> [ClassRanking] {
    try withoutGradient {
      let logits = try logits(bytes, shape)
      let classes = logits.size(1)
      let best = try logits.argmax(1).array(Int.self)
      let probabilities = try logits.softmax(1).array(Float.self)
      return best.indices.map { image in
        let row = probabilities[image * classes..<(image + 1) * classes]
        let label = labels.map { Int($0[$0.startIndex + image]) }
        return ClassRanking(
          top: Self.ranked(row, best: best[image], count: top),
          ofTrueClass: label.flatMap {
            row.indices.contains(row.startIndex + $0) ? row[row.startIndex + $0] : nil
          }
        )
      }
    }
  }

  private static func ranked(
    _ row: ArraySlice<Float>,
    best: Int,
    count: Int
  ) -> [ClassRanking.Entry] {
    let first = ClassRanking.Entry(label: best, probability: row[row.startIndex + best])
    guard count > 1 else { return [first] }
    let others = row.enumerated().filter { $0.offset != best }
      .sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }
      .prefix(count - 1)
    return [first] + others.map { ClassRanking.Entry(label: $0.offset, probability: $0.element) }
  }

  /// Ranks the classes of images of a data set, in the given order.
  ///
  /// Throws ``PredictingError/invalidInput(_:)`` for images of another shape or another number of
  /// classes than the model's.
  package func rank(_ data: ImageDataset, _ indices: [Int], top: Int = 1) throws -> [ClassRanking] {
    try check(data)
    let size = Self.batchSize
    let batches = stride(from: 0, to: indices.count, by: size).map {
      indices[$0..<min(indices.count, $0 + size)]
    }
    func rank(_ batch: Int) throws -> [ClassRanking] {
      try self.rank(
        data.bytes(of: batches[batch]),
        data.shape,
        top: top,
        labels: batches[batch].map { data.labels[$0] }[...]
      )
    }
    guard takesBatchesAtOnce else { return try batches.indices.flatMap(rank) }
    return try TorchRuntime.concurrentMap(batches.count, on: device, rank).flatMap(\.self)
  }

  /// The predictions for a split of a data set, with their probabilities.
  ///
  /// Throws what ``rank(_:_:top:)`` throws, and `FlipError.noImages` for an empty split.
  package func predictions(_ data: ImageDataset, _ split: Split) throws -> Predictions {
    let indices = data.indices(of: split)
    let ranking = try rank(data, indices)
    return try Predictions(ranking, labels: indices.map { data.labels[$0] })
  }

  private func check(_ data: ImageDataset) throws {
    if let shape, shape != data.shape {
      let side = shape.height == shape.width ? " with --size \(shape.height)" : ""
      throw PredictingError.invalidInput(
        "\(data.path): its images are of \(data.shape.text), and the model takes \(shape.text); "
          + "import them again\(side)"
      )
    }
    if let classCount, classCount != data.classNames.count {
      throw PredictingError.invalidInput(
        "\(data.path): it has \(data.classNames.count) classes, and the model tells \(classCount) apart; "
          + "give the images of the model's task"
      )
    }
  }
}

extension Predictions {
  /// What a model predicts for images whose true classes are known.
  package init(_ ranking: [ClassRanking], labels: [Int32]) throws(FlipError) {
    try self.init(
      classes: ranking.map { Int32($0.top.first?.label ?? 0) },
      labels: labels,
      probabilities: Probabilities(
        predicted: ranking.map { $0.top.first?.probability ?? 0 },
        trueClass: ranking.map { $0.ofTrueClass ?? 0 }
      )
    )
  }
}

extension ImageShape {
  /// `28 x 28 pixels and 1 channel`
  package var text: String {
    "\(height) x \(width) pixels and \(channels) \(channels == 1 ? "channel" : "channels")"
  }
}
