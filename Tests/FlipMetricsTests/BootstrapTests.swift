import Foundation
import RandomStreams
import Statistics
import Testing

@testable import FlipMetrics

@Suite struct BootstrapTests {
  /// A bootstrap of a proportion approaches the binomial distribution of the resampled count.
  @Test func bootstrapOfARate() throws {
    let counts = FlipCounts(bothRight: 800, bothWrong: 100, negativeFlips: 30, positiveFlips: 70)
    var stream = RandomStream(seed: 5, name: "bootstrap")
    let interval = try #require(
      counts.bootstrap({ $0.negativeFlipRate }, resamples: 1000, from: &stream)
    )
    // 2.5 % and 97.5 % quantiles of Binomial(1000, 0.03) are 20 and 41 (scipy.stats.binom.ppf). A
    // quantile of 1000 resamples has a standard error of 0.0049 in probability, here below one
    // count; three of them bound the difference.
    #expect(abs(interval.lower * 1000 - 20) <= 3 && abs(interval.upper * 1000 - 41) <= 3)
    var again = RandomStream(seed: 5, name: "bootstrap")
    #expect(counts.bootstrap({ $0.negativeFlipRate }, resamples: 1000, from: &again) == interval)
  }
}
