import RandomStreams
import Statistics

extension FlipCounts {
  /// The percentile bootstrap interval of a statistic over images (Efron 1979): images are drawn
  /// with replacement, each with both its predictions, so the pairing stays.
  ///
  /// Draws `resamples` * `total` numbers from `stream`. Resamples in which the statistic is
  /// undefined are left out; nil if that leaves none. Resampled counts know no churn.
  public func bootstrap(
    _ statistic: (FlipCounts) -> Double?,
    resamples: Int = 2000,
    level: Double = 0.95,
    from stream: inout RandomStream
  ) -> Interval? {
    let cells = [negativeFlips, positiveFlips, bothRight, bothWrong]
    return percentiles(
      of: (0..<resamples).compactMap { _ in
        let drawn = resample(cells, from: &stream)
        return statistic(
          FlipCounts(
            bothRight: drawn[2],
            bothWrong: drawn[3],
            negativeFlips: drawn[0],
            positiveFlips: drawn[1]
          )
        )
      },
      level: level
    )
  }
}
