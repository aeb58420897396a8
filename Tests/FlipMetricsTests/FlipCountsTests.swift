import FlipMetrics
import RandomStreams
import Testing

/// Predictions of two models of random accuracies on random images.
func randomPair(_ stream: inout RandomStream) throws -> (old: Predictions, new: Predictions) {
  let images = 1 + stream.uniform(below: 60)
  let labels = (0..<images).map { _ in Int32(stream.uniform(below: 4)) }
  let skill = [stream.uniform(), stream.uniform()]
  let classes = skill.map { skill in
    labels.map { stream.uniform() < skill ? $0 : Int32(stream.uniform(below: 4)) }
  }
  return (
    try Predictions(classes: classes[0], labels: labels),
    try Predictions(classes: classes[1], labels: labels)
  )
}

@Suite struct FlipCountsTests {
  @Test func publishedVector() throws {
    let truth: [Int32] = [3, 3, 0, 2]
    let counts = try FlipCounts(
      reference: Predictions(classes: [2, 1, 0, 2], labels: truth),
      candidate: Predictions(classes: [1, 3, 0, 3], labels: truth)
    )
    #expect(counts.negativeFlipRate == 0.25)
    #expect(counts.positiveFlipRate == 0.25)
    #expect(counts.negativeFlipImpact == 0.5)
    #expect(counts.referenceAccuracy == 0.5 && counts.candidateAccuracy == 0.5)
    #expect(counts.relativeNegativeFlipRate == 1)
    #expect(counts.backwardTrustCompatibility == 0.5)
    #expect(counts.backwardErrorCompatibility == 0.5)
    // Image 1 is wrong in both models, with different classes: churn, but no flip.
    #expect(counts.churn == 0.75)
  }

  @Test func identities() throws {
    var stream = RandomStream(seed: 1, name: "flips")
    for _ in 0..<1000 {
      let (old, new) = try randomPair(&stream)
      let counts = try FlipCounts(reference: old, candidate: new)
      #expect(counts.total == old.count)
      #expect(counts.referenceAccuracy == old.accuracy)
      #expect(counts.candidateAccuracy == new.accuracy)
      let nfr = counts.negativeFlipRate
      let error = 1 - counts.candidateAccuracy
      // Rates are quotients of small whole numbers: a few roundings apart at most.
      func isNear(_ value: Double?, _ other: Double) -> Bool {
        value.map { abs($0 - other) < 1e-12 } ?? true
      }
      #expect(isNear(counts.positiveFlipRate - nfr, new.accuracy - old.accuracy))
      #expect(nfr <= min(old.accuracy, error) + 1e-12)
      #expect(isNear(counts.negativeFlipImpact, nfr / error))
      #expect(isNear(counts.backwardTrustCompatibility, 1 - nfr / old.accuracy))
      #expect(
        isNear(
          counts.relativeNegativeFlipRate,
          (counts.negativeFlipImpact ?? .nan) / old.accuracy
        )
      )
      #expect(
        isNear(counts.backwardErrorCompatibility, 1 - (counts.negativeFlipImpact ?? .nan))
      )
      #expect((counts.negativeFlipImpact == nil) == (new.correctCount == new.count))
      #expect((counts.backwardTrustCompatibility == nil) == (old.correctCount == 0))
      let differing = try #require(counts.differing)
      #expect(counts.negativeFlips + counts.positiveFlips <= differing)
      // From the other side positive and negative flips change places.
      let back = try FlipCounts(reference: new, candidate: old)
      #expect(back.negativeFlips == counts.positiveFlips && back.differing == differing)
    }
  }

  @Test func unequalInputsAreRefused() throws {
    let one = try Predictions(isCorrect: [true])
    let two = try Predictions(isCorrect: [true, false])
    #expect {
      try FlipCounts(reference: one, candidate: two)
    } throws: { error in
      "\(error)".contains("1 predictions of the reference but 2 predictions of the candidate")
    }
    #expect(throws: FlipError.noImages) { try Predictions(isCorrect: []) }
    #expect(throws: FlipError.noImages) { try Predictions(classes: [], labels: []) }
    #expect(
      throws: FlipError.lengthMismatch(
        .init(name: "predictions", count: 1),
        .init(name: "labels", count: 2)
      )
    ) { try Predictions(classes: [1], labels: [1, 2]) }
    #expect(throws: FlipError.differentLabels(index: 1)) {
      try FlipCounts(
        reference: Predictions(classes: [0, 0], labels: [0, 1]),
        candidate: Predictions(classes: [0, 0], labels: [0, 2])
      )
    }
  }

  @Test func churnNeedsClasses() throws {
    let counts = FlipCounts(bothRight: 1, bothWrong: 1, negativeFlips: 0, positiveFlips: 0)
    #expect(counts.churn == nil)
  }

  @Test func probabilitiesBelongToImages() throws {
    let sure = Predictions.Probabilities(predicted: [0.9, 0.5], trueClass: [0.9, 0.1])
    #expect(
      try Predictions(classes: [1, 2], labels: [1, 1], probabilities: sure).probabilities == sure
    )
    #expect(
      throws: FlipError.lengthMismatch(
        .init(name: "probabilities of the true class", count: 1),
        .init(name: "labels", count: 2)
      )
    ) {
      try Predictions(
        classes: [1, 2],
        labels: [1, 1],
        probabilities: .init(predicted: [0.9, 0.5], trueClass: [0.9])
      )
    }
  }
}

extension Predictions {
  /// Of images of one class, classified rightly or not.
  init(isCorrect: [Bool]) throws(FlipError) {
    try self.init(
      classes: isCorrect.map { $0 ? 0 : 1 },
      labels: [Int32](repeating: 0, count: isCorrect.count)
    )
  }
}
