import Statistics

/// A difference of two accuracies measured on the same images, candidate minus reference.
public struct PairedDifference: Sendable, Hashable, Codable {
  /// In -1...1.
  public var value: Double
  public var interval: Interval

  public init(value: Double, interval: Interval) {
    self.value = value
    self.interval = interval
  }

  /// The adjusted Wald interval for paired proportions (Bonett and Price, "Adjusted Wald confidence
  /// interval for a difference of binomial proportions based on paired data", Journal of Educational
  /// and Behavioral Statistics 2012): one image is added to either kind of flip, and the interval
  /// is the normal one of what results. Unlike the plain one it does not shrink to a point where
  /// no image flips.
  public init(_ counts: FlipCounts, level: Double = 0.95) {
    let (gained, lost) = (Double(counts.positiveFlips), Double(counts.negativeFlips))
    let total = Double(counts.total)
    value = (gained - lost) / total
    let (up, down) = ((gained + 1) / (total + 2), (lost + 1) / (total + 2))
    let centre = up - down
    let half =
      standardNormalQuantile((1 + level) / 2)
      * ((up + down - centre * centre) / (total + 2)).squareRoot()
    interval = Interval(
      lower: max(-1, centre - half),
      upper: min(1, centre + half),
      level: level
    )
  }

  /// The candidate's accuracy less the mean accuracy of several references, such as the same network
  /// trained with several seeds.
  ///
  /// For one reference as ``init(_:level:)``; for more, the normal interval of the mean over images
  /// of the difference of correctness. Throws ``FlipError``.
  public init(
    candidate: Predictions,
    references: [Predictions],
    level: Double = 0.95
  ) throws(FlipError) {
    guard let first = references.first else { throw .noValues }
    guard references.count > 1 else {
      self.init(try FlipCounts(reference: first, candidate: candidate), level: level)
      return
    }
    var differences = candidate.isCorrect.map { $0 ? 1.0 : 0 }
    for reference in references {
      _ = try FlipCounts(reference: reference, candidate: candidate)
      for (image, isCorrect) in reference.isCorrect.enumerated() where isCorrect {
        differences[image] -= 1 / Double(references.count)
      }
    }
    let count = Double(differences.count)
    let mean = differences.reduce(0, +) / count
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let half =
      standardNormalQuantile((1 + level) / 2)
      * (squares / max(1, count - 1) / count).squareRoot()
    self.init(
      value: mean,
      interval: Interval(lower: max(-1, mean - half), upper: min(1, mean + half), level: level)
    )
  }
}
