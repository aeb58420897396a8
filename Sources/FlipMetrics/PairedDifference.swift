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
}
