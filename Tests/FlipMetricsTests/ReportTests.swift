import FlipMetrics
import Foundation
import RandomStreams
import Statistics
import Testing

@Suite struct ReportTests {
  @Test func reportAgreesWithCountsAndReadsBack() throws {
    var stream = RandomStream(seed: 9, name: "report")
    let (old, new) = try randomPair(&stream)
    let report = try FlipReport(
      reference: "small",
      candidate: "large",
      referencePredictions: old,
      candidatePredictions: new,
      resamples: 200,
      from: &stream
    )
    let counts = try FlipCounts(reference: old, candidate: new)
    #expect(report.counts == counts)
    #expect(report.negativeFlipRate.value == counts.negativeFlipRate)
    #expect(
      report.negativeFlipRate.interval
        == Interval.wilson(successes: counts.negativeFlips, total: counts.total)
    )
    #expect(
      report.equalAccuracyProbability == mcnemarExact(counts.negativeFlips, counts.positiveFlips)
    )
    let gain = try #require(report.accuracyGainInterval)
    #expect(gain.lower <= new.accuracy - old.accuracy && gain.upper >= new.accuracy - old.accuracy)
    let data = try JSONEncoder().encode(report)
    #expect(try JSONDecoder().decode(FlipReport.self, from: data) == report)
  }

  @Test func comparisonOfMethods() throws {
    // One reference that is always right; the baseline flips images 0 to 9, ours 8 to 12.
    let reference = try Predictions(isCorrect: [Bool](repeating: true, count: 100))
    let baseline = try Predictions(isCorrect: (0..<100).map { !(0..<10).contains($0) })
    let ours = try Predictions(isCorrect: (0..<100).map { !(8..<13).contains($0) })
    var stream = RandomStream(seed: 10, name: "comparison")
    let comparison = try FlipComparison(
      baseline: .init(reference: reference, candidate: baseline),
      ours: .init(reference: reference, candidate: ours),
      resamples: 500,
      from: &stream
    )
    #expect(comparison.both == 2 && comparison.onlyBaseline == 8)
    #expect(comparison.onlyOurs == 3 && comparison.neither == 87)
    #expect(comparison.relativeReduction == 0.5)
    let interval = try #require(comparison.relativeReductionInterval)
    #expect(interval.lower < 0.5 && interval.upper > 0.5)
    #expect(comparison.equalRatesProbability == mcnemarExact(8, 3))

    let other = try Predictions(isCorrect: [true])
    #expect(throws: FlipError.self) {
      try FlipComparison(
        baseline: .init(reference: reference, candidate: baseline),
        ours: .init(reference: other, candidate: other),
        from: &stream
      )
    }
  }
}
