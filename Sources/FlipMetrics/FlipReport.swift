import RandomStreams
import Statistics

/// Everything measured about one pair of models on one split, with 95 % intervals.
public struct FlipReport: Sendable, Hashable, Codable {
  /// A rate and its interval.
  public struct Rate: Sendable, Hashable, Codable {
    public var value: Double
    public var interval: Interval

    /// `total` must be positive.
    public init(_ successes: Int, of total: Int) {
      value = Double(successes) / Double(total)
      interval = .wilson(successes: successes, total: total)
    }
  }

  public var reference: String
  public var candidate: String
  public var counts: FlipCounts
  /// Wilson's intervals.
  public var referenceAccuracy: Rate
  public var candidateAccuracy: Rate
  public var negativeFlipRate: Rate
  public var positiveFlipRate: Rate
  public var negativeFlipImpact: Double?
  public var relativeNegativeFlipRate: Double?
  public var backwardTrustCompatibility: Double?
  /// 1 - NFI, as Träuble et al. define it.
  public var backwardErrorCompatibility: Double?
  public var churn: Double?
  /// Bootstrap over images of the gain in accuracy, PFR - NFR.
  public var accuracyGainInterval: Interval?
  /// McNemar's exact test that the accuracies are equal.
  public var equalAccuracyProbability: Double

  /// Throws ``FlipError``. Draws `resamples` times the number of images from `stream`.
  public init(
    reference: String,
    candidate: String,
    referencePredictions: Predictions,
    candidatePredictions: Predictions,
    resamples: Int = 2000,
    from stream: inout RandomStream
  ) throws(FlipError) {
    let counts = try FlipCounts(reference: referencePredictions, candidate: candidatePredictions)
    self.reference = reference
    self.candidate = candidate
    self.counts = counts
    referenceAccuracy = Rate(counts.referenceRight, of: counts.total)
    candidateAccuracy = Rate(counts.candidateRight, of: counts.total)
    negativeFlipRate = Rate(counts.negativeFlips, of: counts.total)
    positiveFlipRate = Rate(counts.positiveFlips, of: counts.total)
    negativeFlipImpact = counts.negativeFlipImpact
    relativeNegativeFlipRate = counts.relativeNegativeFlipRate
    backwardTrustCompatibility = counts.backwardTrustCompatibility
    backwardErrorCompatibility = counts.backwardErrorCompatibility
    churn = counts.churn
    accuracyGainInterval = counts.bootstrap(
      { $0.positiveFlipRate - $0.negativeFlipRate },
      resamples: resamples,
      from: &stream
    )
    equalAccuracyProbability = mcnemarExact(counts.negativeFlips, counts.positiveFlips)
  }
}
