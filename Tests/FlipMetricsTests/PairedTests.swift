import FlipMetrics
import RandomStreams
import Testing

@Suite struct PairedTests {
  /// By the authors' formula with n12 = 30, n21 = 10, n = 200: 31/202 - 11/202 = 0.0990099, standard
  /// error sqrt((0.2079208 - 0.0098030) / 202) = 0.0313174.
  @Test func theAdjustedWaldIntervalIsThatOfItsAuthors() {
    let difference = PairedDifference(
      FlipCounts(bothRight: 120, bothWrong: 40, negativeFlips: 10, positiveFlips: 30)
    )
    #expect(abs(difference.value - 0.1) < 1e-12)
    #expect(abs(difference.interval.lower - (0.0990099 - 1.959964 * 0.0313174)) < 1e-6)
    #expect(abs(difference.interval.upper - (0.0990099 + 1.959964 * 0.0313174)) < 1e-6)
  }

  /// 95 % of intervals hold the truth, within three standard errors of 1000 trials.
  @Test func theIntervalCovers() {
    var stream = RandomStream(seed: 1, name: "coverage")
    let truth = 0.04 - 0.02
    var covered = 0
    for _ in 0..<1000 {
      var counts = FlipCounts(bothRight: 0, bothWrong: 0, negativeFlips: 0, positiveFlips: 0)
      for _ in 0..<400 {
        switch stream.uniform() {
        case ..<0.04: counts.positiveFlips += 1
        case ..<0.06: counts.negativeFlips += 1
        default: counts.bothRight += 1
        }
      }
      let interval = PairedDifference(counts).interval
      if interval.lower <= truth, truth <= interval.upper { covered += 1 }
    }
    #expect(abs(Double(covered) / 1000 - 0.95) < 3 * (0.95 * 0.05 / 1000).squareRoot())
  }

  @Test func withoutFlipsTheIntervalIsNotAPoint() {
    let interval = PairedDifference(
      FlipCounts(bothRight: 90, bothWrong: 10, negativeFlips: 0, positiveFlips: 0)
    ).interval
    #expect(interval.lower < -0.01 && interval.upper > 0.01)
  }
}

@Suite struct FlipReductionTests {
  private func pair(_ reference: String, _ candidate: String) throws -> FlipComparison.Pair {
    .init(
      reference: try Predictions(isCorrect: reference.map { $0 == "1" }),
      candidate: try Predictions(isCorrect: candidate.map { $0 == "1" })
    )
  }

  @Test func ratesAreMeansOverPairsAndTheReductionIsOfTheMeans() throws {
    var stream = RandomStream(seed: 1, name: "reduction")
    let reduction = try FlipReduction(
      [
        .init(baseline: pair("1111100000", "0001111111"), ours: pair("1111100000", "0111111111")),
        .init(baseline: pair("1111100000", "0111111111"), ours: pair("1111100000", "1111111111")),
      ],
      from: &stream
    )
    #expect(reduction.pairs == 2 && reduction.images == 10)
    #expect(abs(reduction.baselineRate - 0.2) < 1e-12)
    #expect(abs(reduction.oursRate - 0.05) < 1e-12)
    #expect(abs(try #require(reduction.reduction) - 0.75) < 1e-12)
    let interval = try #require(reduction.reductionInterval)
    #expect(interval.lower <= 0.75 && 0.75 <= interval.upper && interval.lower < interval.upper)
  }

  /// Against the delta method on many images, where both must agree.
  @Test func theBootstrapAgreesWithTheDeltaMethod() throws {
    var stream = RandomStream(seed: 2, name: "reduction")
    let count = 4000
    var baseline = [Bool](repeating: true, count: count)
    var ours = baseline
    for image in 0..<count {
      let hard = stream.uniform() < 0.1
      if hard { baseline[image] = stream.uniform() < 0.5 }
      if hard { ours[image] = stream.uniform() < 0.8 }
    }
    let reference = try Predictions(isCorrect: [Bool](repeating: true, count: count))
    let reduction = try FlipReduction(
      [
        .init(
          baseline: .init(reference: reference, candidate: Predictions(isCorrect: baseline)),
          ours: .init(reference: reference, candidate: Predictions(isCorrect: ours))
        )
      ],
      from: &stream
    )
    let (g, f) = (baseline.map { $0 ? 0.0 : 1 }, ours.map { $0 ? 0.0 : 1 })
    let total = g.reduce(0, +)
    let ratio = f.reduce(0, +) / total
    let squares = zip(f, g).reduce(0) { $0 + ($1.0 - ratio * $1.1) * ($1.0 - ratio * $1.1) }
    let half = 1.96 * squares.squareRoot() / total
    let interval = try #require(reduction.reductionInterval)
    // 2000 resamples know a 2.5 % quantile to about 4 % of the width.
    #expect(abs(interval.lower - (1 - ratio - half)) < 0.25 * half)
    #expect(abs(interval.upper - (1 - ratio + half)) < 0.25 * half)
  }

  @Test func aBaselineWithoutFlipsHasNoReduction() throws {
    var stream = RandomStream(seed: 1, name: "reduction")
    let reduction = try FlipReduction(
      [.init(baseline: pair("10", "10"), ours: pair("10", "00"))],
      resamples: 10,
      from: &stream
    )
    #expect(reduction.reduction == nil && reduction.reductionInterval == nil)
    #expect(reduction.oursRate == 0.5)
  }

  @Test func noPairsAndOtherImagesAreErrors() throws {
    var stream = RandomStream(seed: 1, name: "reduction")
    #expect(throws: FlipError.noValues) { try FlipReduction([], from: &stream) }
    #expect(throws: FlipError.self) {
      try FlipReduction(
        [
          .init(baseline: pair("10", "10"), ours: pair("10", "00")),
          .init(baseline: pair("101", "101"), ours: pair("101", "001")),
        ],
        from: &stream
      )
    }
  }
}
