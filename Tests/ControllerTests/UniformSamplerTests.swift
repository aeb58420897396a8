import Controller
import Decisions
import Testing

@Suite struct UniformSamplerTests {
  /// Counts of `draws` against equal expectation: chi squared has mean n - 1 and deviation
  /// sqrt(2 (n - 1)); six deviations are never passed by chance.
  private func chiSquaredDeviations(_ set: FeasibleSet, draws: Int) -> Double {
    let members = set.members()
    let sampler = UniformSampler(set)
    var stream = stream(3)
    var counts: [Assignment: Int] = [:]
    for _ in 0..<draws { counts[sampler.draw(using: &stream), default: 0] += 1 }
    #expect(Set(counts.keys).isSubset(of: Set(members)))
    let expected = Double(draws) / Double(members.count)
    let statistic = members.reduce(0.0) {
      let difference = Double(counts[$1] ?? 0) - expected
      return $0 + difference * difference / expected
    }
    let freedom = Double(members.count - 1)
    return (statistic - freedom) / (2 * freedom).squareRoot()
  }

  @Test func membersAreEquallyProbableUnderConditionsAndRestrictions() throws {
    #expect(try abs(chiSquaredDeviations(Small.set(budget: nil), draws: 8000)) < 6)
  }

  @Test func membersAreEquallyProbableUnderABudget() throws {
    #expect(try abs(chiSquaredDeviations(Small.set(budget: 9), draws: 6000)) < 6)
  }

  @Test func countsMatchTheEnumeration() throws {
    let set = try Small.set(budget: nil)
    #expect(UniformSampler(set).unbudgetedCount == Double(set.members().count))
    let space = try Small.space()
    let unrestricted = try FeasibleSet(space)
    #expect(UniformSampler(unrestricted).unbudgetedCount == Double(space.assignmentCount))
  }

  @Test func aBudgetTooTightForRejectionStillGivesMembers() throws {
    let set = try Small.set(budget: 1)
    let sampler = UniformSampler(set, maximumRejections: 0)
    var stream = stream(1)
    for _ in 0..<50 { #expect(set.contains(sampler.draw(using: &stream))) }
  }
}
