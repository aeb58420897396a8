import Configuration
import Testing

@testable import Search

@Suite struct RewardTests {
  // The example of the metrics of the field: NFR .25, accuracy .5.
  let predictions: [Int32] = [1, 3, 0, 3]
  let reference: [Int32] = [2, 1, 0, 2]
  let labels = [3, 3, 0, 2]

  @Test func aNegativeFlipCostsItsWeight() {
    let reward = Reward(flipWeight: 2, aggregate: .mean)
    let measured = reward.measure(
      predictions: predictions,
      labels: labels,
      references: [reference]
    )
    #expect(measured.accuracy == 0.5)
    #expect(measured.negativeFlipRates == [0.25])
    #expect(measured.reward == 0.5 - 2 * 0.25)
    #expect(reward.measure(predictions: predictions, labels: labels, references: []).reward == 0.5)
  }

  @Test func unusedBudgetCostsItsWeight() {
    let reward = Reward(flipWeight: 1, aggregate: .mean, budgetWeight: 0.1)
    let measured = reward.measure(
      predictions: predictions,
      labels: labels,
      references: [],
      budgetUse: 0.75
    )
    #expect(abs(measured.reward - (0.5 - 0.1 * 0.25)) < 1e-12)
    #expect(measured.accuracy == 0.5)
  }

  @Test func severalReferencesCountByMeanOrWorst() {
    let perfect: [Int32] = [3, 3, 0, 2]
    func value(_ aggregate: RunConfiguration.FlipAggregate) -> Double {
      Reward(flipWeight: 1, aggregate: aggregate).measure(
        predictions: predictions,
        labels: labels,
        references: [reference, perfect]
      ).reward
    }
    #expect(value(.mean) == 0.5 - (0.25 + 0.5) / 2)
    #expect(value(.worst) == 0.5 - 0.5)
  }

  @Test func budgetsAreCheckedAgainstTheAttainableRange() throws {
    func limits(_ budgets: [Budget]) throws -> [Int] {
      try MemberBudget.resolve(budgets, metric: .macs, cheapest: 100, dearest: 300).map(\.limit)
    }
    #expect(try limits([.fraction(0), .absolute(150), .fraction(1)]) == [100, 150, 300])
    for impossible in [[.absolute(99)], [.absolute(301)], [.absolute(200), .absolute(150)]]
      as [[Budget]]
    {
      #expect(throws: RunError.self) { try limits(impossible) }
    }
    let error = #expect(throws: RunError.self) { try limits([.absolute(5)]) }
    #expect("\(error!)".contains("budgets from 100 to 300 MACs can be met"))
  }
}
