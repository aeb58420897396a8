import FlipMetrics
import Foundation
import Testing

@Suite struct BreakdownTests {
  private let labels: [Int32] = [0, 0, 0, 1, 1, 2, 2, 2]
  private let old: [Int32] = [0, 0, 0, 1, 0, 1, 2, 0]
  private let new: [Int32] = [1, 1, 2, 1, 1, 2, 2, 1]

  private func pair(_ probabilities: [Float]?) throws -> (Predictions, Predictions) {
    func known(_ values: [Float]?) -> Predictions.Probabilities? {
      values.map { .init(predicted: $0, trueClass: $0) }
    }
    return (
      try Predictions(classes: old, labels: labels, probabilities: known(probabilities)),
      try Predictions(classes: new, labels: labels, probabilities: known(probabilities))
    )
  }

  @Test func everyFlipIsInItsPlace() throws {
    let (reference, candidate) = try pair(nil)
    let found = try FlipBreakdown(reference: reference, candidate: candidate)
    let counts = try FlipCounts(reference: reference, candidate: candidate)
    // The parts add up to the whole.
    #expect(found.classes.map(\.label) == [0, 1, 2])
    #expect(found.classes.reduce(0) { $0 + $1.counts.total } == counts.total)
    #expect(found.classes.reduce(0) { $0 + $1.counts.bothRight } == counts.bothRight)
    #expect(found.classes.reduce(0) { $0 + ($1.counts.differing ?? 0) } == counts.differing)
    #expect(found.negativeFlips.count == counts.negativeFlips)
    #expect(found.positiveFlips.count == counts.positiveFlips)
    #expect(found.classes[0].counts.negativeFlips == 3)
    func moves(_ moves: [FlipBreakdown.Move]) -> [[Int]] {
      moves.map { [$0.from, $0.to, $0.images] }
    }
    #expect(moves(found.negativeMoves) == [[0, 1, 2], [0, 2, 1]])
    #expect(moves(found.positiveMoves) == [[0, 1, 1], [1, 2, 1]])
    #expect(found.negativeFlips.map(\.place) == [0, 1, 2])
    #expect(found.positiveFlips.map(\.place) == [4, 5])
    #expect(found.negativeFlips[2].candidate == 2 && found.negativeFlips[2].label == 0)
    #expect(found.negativeFlips[0].candidateProbability == nil)
  }

  /// The worst first: what the wrong model is surest of.
  @Test func surenessOrdersThem() throws {
    let (reference, candidate) = try pair([0.5, 0.9, 0.9, 0.4, 0.3, 0.8, 0.6, 0.7])
    let found = try FlipBreakdown(reference: reference, candidate: candidate)
    #expect(found.negativeFlips.map(\.place) == [1, 2, 0])
    #expect(found.positiveFlips.map(\.place) == [5, 4])
    #expect(found.positiveFlips[0].referenceProbability == 0.8)
  }

  @Test func otherImagesAreRefused() throws {
    let (reference, _) = try pair(nil)
    let other = try Predictions(classes: new, labels: Array(labels.reversed()))
    #expect(throws: FlipError.differentLabels(index: 0)) {
      try FlipBreakdown(reference: reference, candidate: other)
    }
  }
}
