import RandomStreams
import Statistics

/// Two methods of making a pair of models, compared by their negative flips on the same images.
public struct FlipComparison: Sendable, Hashable, Codable {
  /// Images that flip under both methods, under one only, or under neither.
  public var both: Int
  public var onlyBaseline: Int
  public var onlyOurs: Int
  public var neither: Int
  /// (NFR of the baseline - NFR of ours) / NFR of the baseline; nil if the baseline never flips.
  public var relativeReduction: Double?
  /// Bootstrap over images; nil if the baseline hardly ever flips.
  public var relativeReductionInterval: Interval?
  /// McNemar's exact test that both methods flip equally often.
  public var equalRatesProbability: Double

  /// A reference and a candidate made by one method.
  public struct Pair: Sendable {
    public var reference: Predictions
    public var candidate: Predictions

    public init(reference: Predictions, candidate: Predictions) {
      self.reference = reference
      self.candidate = candidate
    }

    func negativeFlips() throws(FlipError) -> [Bool] {
      _ = try FlipCounts(reference: reference, candidate: candidate)
      return zip(reference.isCorrect, candidate.isCorrect).map { $0 && !$1 }
    }
  }

  /// Throws ``FlipError``. Draws `resamples` times the number of images from `stream`.
  public init(
    baseline: Pair,
    ours: Pair,
    resamples: Int = 2000,
    from stream: inout RandomStream
  ) throws(FlipError) {
    let first = try baseline.negativeFlips()
    let second = try ours.negativeFlips()
    guard first.count == second.count else {
      throw .lengthMismatch(
        .init(name: "predictions of the baseline", count: first.count),
        .init(name: "predictions of ours", count: second.count)
      )
    }
    // The methods must be judged on the same images, as the models of each pair are.
    _ = try FlipCounts(reference: baseline.reference, candidate: ours.reference)
    var cells = [0, 0, 0, 0]
    for (a, b) in zip(first, second) { cells[(a ? 2 : 0) + (b ? 1 : 0)] += 1 }
    func reduction(_ cells: [Int]) -> Double? {
      let flips = cells[2] + cells[3]
      return flips == 0 ? nil : Double(cells[2] - cells[1]) / Double(flips)
    }
    neither = cells[0]
    onlyOurs = cells[1]
    onlyBaseline = cells[2]
    both = cells[3]
    relativeReduction = reduction(cells)
    relativeReductionInterval = percentiles(
      of: (0..<resamples).compactMap { _ in reduction(resample(cells, from: &stream)) },
      level: 0.95
    )
    equalRatesProbability = mcnemarExact(onlyBaseline, onlyOurs)
  }
}
