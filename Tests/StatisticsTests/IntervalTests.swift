import Foundation
import RandomStreams
import Testing

@testable import Statistics

@Suite struct IntervalTests {
  /// scipy 1.x: `scipy.stats.binomtest(k, n).proportion_ci(level, method="wilson")`.
  @Test(arguments: [
    (0, 100, 0.95, 0.0, 0.03699349820698568),
    (3, 100, 0.95, 0.010254524024038925, 0.08451936429052762),
    (3, 100, 0.99, 0.007612169301778604, 0.110875277151095),
    (250, 10_000, 0.95, 0.02211756158552442, 0.02824723686661834),
    (10_000, 10_000, 0.95, 0.9996160016293234, 1.0), (1, 1, 0.95, 0.20654931437723745, 1.0),
  ])
  func wilson(successes: Int, total: Int, level: Double, lower: Double, upper: Double) {
    let interval = Interval.wilson(successes: successes, total: total, level: level)
    #expect(abs(interval.lower - lower) < 1e-13 && abs(interval.upper - upper) < 1e-13)
  }

  /// scipy: `min(1, 2 * scipy.stats.binom.cdf(min(b, c), b + c, 0.5))`, the exact test of
  /// statsmodels (`mcnemar(table, exact=True)`).
  @Test(arguments: [
    (1, 0, 1.0), (5, 15, 0.04138946533203125), (121, 59, 4.4344492637551645e-06),
    (0, 10, 0.001953125), (10, 10, 1.0), (500, 600, 0.0028195449914364284),
    (5000, 5400, 9.116949314541157e-05), (0, 0, 1.0),
  ])
  func mcnemar(first: Int, second: Int, probability: Double) {
    // Terms of a sum of n logarithms up to 1e5, rounded to 1e-16 each.
    #expect(abs(mcnemarExact(first, second) - probability) < 1e-9 * probability)
    #expect(mcnemarExact(first, second) == mcnemarExact(second, first))
  }

  @Test func resamplingKeepsTotalsAndCells() {
    var stream = RandomStream(seed: 6, name: "resample")
    let cells = [3, 0, 5, 2]
    var sum = [0, 0, 0, 0]
    for _ in 0..<2000 {
      let drawn = resample(cells, from: &stream)
      #expect(drawn.reduce(0, +) == 10 && drawn[1] == 0)
      for cell in 0..<4 { sum[cell] += drawn[cell] }
    }
    // 20,000 draws: four standard errors of each frequency.
    for cell in 0..<4 {
      let p = Double(cells[cell]) / 10
      #expect(abs(Double(sum[cell]) / 20_000 - p) <= 4 * (p * (1 - p) / 20_000).squareRoot())
    }
  }

  @Test func percentilesInterpolate() {
    // numpy.percentile(range(11), [5, 95]) == [0.5, 9.5]
    let interval = percentiles(of: (0...10).map(Double.init).reversed(), level: 0.9)
    #expect(abs((interval?.lower ?? 0) - 0.5) < 1e-12 && abs((interval?.upper ?? 0) - 9.5) < 1e-12)
    #expect(percentiles(of: [], level: 0.9) == nil)
  }
}
