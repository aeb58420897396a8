import RandomStreams
import Testing

@testable import Statistics

extension Double {
  fileprivate var signum: Double { self > 0 ? 1 : self < 0 ? -1 : 0 }
}

@Suite struct RankCorrelationTests {
  /// Against the definition, over every pair, with many ties.
  @Test func kendallMatchesTheDefinition() throws {
    var stream = RandomStream(seed: 12, name: "test")
    for count in [2, 3, 10, 37, 64] {
      for levels in [2, 5, 1000] {
        let x = (0..<count).map { _ in Double(stream.uniform(below: levels)) }
        let y = (0..<count).map { _ in Double(stream.uniform(below: levels)) }
        var (sum, untiedX, untiedY) = (0.0, 0.0, 0.0)
        for i in 0..<count {
          for j in 0..<i {
            sum += (x[i] - x[j]).signum * (y[i] - y[j]).signum
            untiedX += abs((x[i] - x[j]).signum)
            untiedY += abs((y[i] - y[j]).signum)
          }
        }
        let found = RankCorrelation.kendall(x, y)
        if untiedX * untiedY == 0 {
          #expect(found == nil)
        } else {
          #expect(abs(try #require(found) - sum / (untiedX * untiedY).squareRoot()) < 1e-12)
        }
      }
    }
  }

  @Test func spearmanSharesRanksAmongTies() throws {
    // Ranks 0, 1.5, 1.5, 3 and 0, 1, 2, 3: covariance 4.5, variances 4.5 and 5.
    let found = try #require(RankCorrelation.spearman([1, 2, 2, 9], [1, 2, 3, 4]))
    #expect(abs(found - 4.5 / (4.5 * 5.0).squareRoot()) < 1e-12)
    #expect(abs(try #require(RankCorrelation.spearman([1, 2, 3], [3, 2, 1])) + 1) < 1e-12)
    #expect(RankCorrelation.spearman([1, 1], [1, 2]) == nil)
    #expect(RankCorrelation.kendall([1, 2], [1]) == nil)
  }
}
