import Configuration
import Evaluation
import FlipMetrics
import Testing

@Suite struct RewardTests {
  // The example of the metrics of the field: NFR .25, accuracy .5.
  let labels: [Int32] = [3, 3, 0, 2]
  let predictions: Predictions
  let reference: Predictions

  init() throws {
    predictions = try Predictions(classes: [1, 3, 0, 3], labels: labels)
    reference = try Predictions(classes: [2, 1, 0, 2], labels: labels)
  }

  @Test func aNegativeFlipCostsItsWeight() throws {
    let reward = Reward(flipWeight: 2, aggregate: .mean)
    let measured = try reward.measure(predictions, references: [reference])
    #expect(measured.accuracy == 0.5)
    #expect(measured.negativeFlipRates == [0.25])
    #expect(measured.reward == 0.5 - 2 * 0.25)
    #expect(try reward.measure(predictions, references: []).reward == 0.5)
  }

  @Test func unusedBudgetCostsItsWeight() throws {
    let reward = Reward(flipWeight: 1, aggregate: .mean, budgetWeight: 0.1)
    let measured = try reward.measure(predictions, references: [], budgetUse: 0.75)
    #expect(abs(measured.reward - (0.5 - 0.1 * 0.25)) < 1e-12)
    #expect(measured.accuracy == 0.5)
  }

  @Test func severalReferencesCountByMeanOrWorst() throws {
    let perfect = try Predictions(classes: labels, labels: labels)
    func value(_ aggregate: RunConfiguration.FlipAggregate) throws -> Double {
      try Reward(flipWeight: 1, aggregate: aggregate)
        .measure(predictions, references: [reference, perfect]).reward
    }
    #expect(try value(.mean) == 0.5 - (0.25 + 0.5) / 2)
    #expect(try value(.worst) == 0.5 - 0.5)
  }
}
