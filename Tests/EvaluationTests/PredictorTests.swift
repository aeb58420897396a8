import FlipMetrics
import Networks
import Supernet
import Testing
import Torch

@testable import Evaluation

/// Predicts class `first choice + image` and keeps what it was asked.
private final class ScriptedPredictor: ArchitecturePredictor {
  var asked: [[Architecture]] = []
  /// An architecture it gives no answer for.
  var forgotten: Architecture?

  func predictions(
    of architectures: [Architecture],
    on images: ImageSet,
    each: (Int, Predictions) throws -> Void
  ) throws -> [Predictions] {
    asked.append(architectures)
    var results = PredictionList(for: architectures)
    for (position, architecture) in architectures.enumerated().reversed()
    where architecture != forgotten {
      let answer = try Self.answer(architecture, images)
      results[position] = answer
      try each(position, answer)
    }
    return try results.complete()
  }

  static func answer(_ architecture: Architecture, _ images: ImageSet) throws -> Predictions {
    try Predictions(
      classes: images.indices.map { Int32((architecture[0] + $0) % 5) },
      labels: images.labels
    )
  }
}

@Suite struct PredictorTests {
  private func images(_ digest: String, count: Int = 4) -> ImageSet {
    ImageSet(
      digest: digest,
      labels: [Int32](repeating: 1, count: count),
      indices: Array(0..<count),
      batchCount: 1
    ) { _ in try Tensor(Int64(0)) }
  }

  private let a = Architecture([0, 1])
  private let b = Architecture([1, 1])
  private let c = Architecture([2, 0])

  @Test func answersComeByPositionAndEachQuestionIsAskedOnce() throws {
    let source = ScriptedPredictor()
    let cache = CachedPredictor(source, classCount: 5)
    let set = images("one")
    var heard: [Int] = []
    let first = try cache.predictions(of: [b, a, b], on: set) { position, predictions in
      heard.append(position)
      let expected = try ScriptedPredictor.answer([b, a, b][position], set)
      #expect(predictions == expected)
    }
    #expect(try first == [b, a, b].map { try ScriptedPredictor.answer($0, set) })
    #expect(heard.sorted() == [0, 1, 2])
    #expect(source.asked == [[b, a]])
    let second = try cache.predictions(of: [c, b], on: set)
    #expect(try second == [c, b].map { try ScriptedPredictor.answer($0, set) })
    #expect(source.asked.last == [c])
    // Other images are another question.
    _ = try cache.predictions(of: b, on: images("two"))
    #expect(source.asked.count == 3)
  }

  /// What was answered before a stop is known afterwards: a checkpoint taken there has it.
  @Test func answersAreKeptBeforeTheyAreHeard() throws {
    struct Stop: Error {}
    let source = ScriptedPredictor()
    let cache = CachedPredictor(source, classCount: 5)
    var state: [String: Tensor] = [:]
    #expect(throws: Stop.self) {
      try cache.predictions(of: [a, b, c], on: images("one")) { _, _ in
        state = try cache.state()
        throw Stop()
      }
    }
    #expect(state["one/architectures"]?.shape == [1, 2])
    let other = CachedPredictor(source, classCount: 5)
    try other.restore(state) { $0 }
    _ = try other.predictions(of: [a, b, c], on: images("one"))
    #expect(source.asked.last == [a, b])
  }

  /// 0.1.0 named sets by what they were for; the names of other precisions end in theirs.
  @Test func statesOfEarlierVersionsAreTaken() throws {
    let source = ScriptedPredictor()
    let cache = CachedPredictor(source, classCount: 5)
    let state: [String: Tensor] = [
      "reward/architectures": try Tensor([1, 1] as [Int32], shape: [1, 2]),
      "reward/predictions": try Tensor([4, 3, 2, 1] as [Int32], shape: [1, 4]),
      "other/architectures": try Tensor([1, 1] as [Int32], shape: [1, 2]),
      "other/predictions": try Tensor([0, 0, 0, 0] as [UInt8], shape: [1, 4]),
    ]
    try cache.restore(state) { $0 == "reward" ? "digest of the reward images" : nil }
    let known = try cache.predictions(of: b, on: images("digest of the reward images"))
    #expect(known.classes == [4, 3, 2, 1])
    #expect(source.asked.isEmpty)
    #expect(try cache.state()["digest of the reward images/predictions"]?.elementType == .uint8)
    #expect(throws: EvaluationError.self) {
      try cache.restore(["x/architectures": Tensor([1] as [Int32], shape: [1])]) { $0 }
    }
  }

  /// An answer that is missing must not give all after it to other architectures.
  @Test func aMissingAnswerIsAnError() throws {
    let source = ScriptedPredictor()
    source.forgotten = b
    #expect(throws: EvaluationError.missingPredictions(of: b)) {
      try source.predictions(of: [a, b, c], on: images("one"))
    }
    #expect(throws: EvaluationError.missingPredictions(of: b)) {
      try CachedPredictor(source, classCount: 5).predictions(of: [a, b, c], on: images("one"))
    }
  }
}
