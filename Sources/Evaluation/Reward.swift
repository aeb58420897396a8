import Configuration
import FlipMetrics

/// What an architecture is worth: `accuracy - flipWeight * NFR`, where NFR is the share of images
/// that the reference gets right and the architecture wrong (Yan et al., CVPR 2021, equation 2),
/// and of several references' rates the mean or the worst counts. Without references, accuracy.
///
/// REG-NAS (arXiv 2209.13740) rewards accuracy and negative flips jointly; its weights could not be
/// obtained, so the form and `flipWeight` are our own choice. Positive flips are never paid for:
/// since PFR - NFR is the gain in accuracy, they would pay for negative ones.
///
/// A member that equals the smaller one never flips. Where members should use the budgets they have,
/// `budgetWeight * |cost / budget - 1|` is taken off: TuNAS's absolute reward (Bender et al., CVPR
/// 2020), with budgets as bounds all the same. Its weight is our own choice too; 0 by default.
public struct Reward {
  public var flipWeight: Double
  public var aggregate: RunConfiguration.FlipAggregate
  public var budgetWeight: Double

  public init(
    flipWeight: Double,
    aggregate: RunConfiguration.FlipAggregate,
    budgetWeight: Double = 0
  ) {
    self.flipWeight = flipWeight
    self.aggregate = aggregate
    self.budgetWeight = budgetWeight
  }

  package init(_ search: RunConfiguration.Search) {
    self.init(
      flipWeight: search.flipWeight,
      aggregate: search.aggregate,
      budgetWeight: search.budgetWeight
    )
  }

  /// What was measured, in fractions of the images.
  public struct Measurement: Sendable, Hashable, Codable {
    public var accuracy: Double
    /// Negative-flip rate against each reference, in their order.
    public var negativeFlipRates: [Double]
    public var reward: Double
  }

  /// - Parameters:
  ///   - references: predictions for the same images, of each reference.
  ///   - budgetUse: cost of the architecture as a share of its budget.
  ///
  /// Throws `FlipError` where the predictions are not for the same images.
  public func measure(
    _ predictions: Predictions,
    references: [Predictions],
    budgetUse: Double = 1
  ) throws -> Measurement {
    let rates = try references.map {
      try FlipCounts(reference: $0, candidate: predictions).negativeFlipRate
    }
    let rate: Double
    switch aggregate {
    case .mean: rate = rates.isEmpty ? 0 : rates.reduce(0, +) / Double(rates.count)
    case .worst: rate = rates.max() ?? 0
    }
    let accuracy = predictions.accuracy
    return Measurement(
      accuracy: accuracy,
      negativeFlipRates: rates,
      reward: accuracy - flipWeight * rate - budgetWeight * abs(budgetUse - 1)
    )
  }
}
