import RandomStreams
import Statistics
import Testing

@Suite struct RankAgreementTests {
  @Test func theIntervalSurroundsTauAndFollowsFromTheStream() throws {
    var stream = RandomStream(seed: 1, name: "tau")
    let first = (0..<12).map { Double($0) }
    let second = [1.0, 0, 3, 2, 4, 7, 5, 6, 9, 8, 11, 10]
    let agreement = RankAgreement(first, second, from: &stream)
    // 6 of 66 pairs are the other way round.
    #expect(abs(try #require(agreement.tau) - 54.0 / 66) < 1e-12)
    let interval = try #require(agreement.interval)
    #expect(interval.lower < 54.0 / 66 && 54.0 / 66 < interval.upper && interval.upper <= 1)
    var again = RandomStream(seed: 1, name: "tau")
    #expect(RankAgreement(first, second, from: &again) == agreement)
  }

  @Test func fewOrEqualArchitecturesHaveNoInterval() {
    var stream = RandomStream(seed: 1, name: "tau")
    let three = RankAgreement([1, 2, 3], [1, 3, 2], from: &stream)
    #expect(three.tau != nil && three.interval == nil)
    let constant = RankAgreement([1, 2, 3, 4], [1, 1, 1, 1], from: &stream)
    #expect(constant.tau == nil && constant.interval == nil)
  }
}
