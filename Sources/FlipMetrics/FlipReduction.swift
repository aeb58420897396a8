import RandomStreams
import Statistics

/// Many pairs of models, each made by two methods, compared by their negative flips on the same
/// images: does one method (a supernet, say) make all pairs flip less than the other (training
/// apart)?
///
/// Rates are means over the pairs. Pairs share models, so they are not independent, but images are:
/// intervals come from drawing images with replacement, each with its flips in all pairs (Efron
/// 1979, percentiles). They tell how other images of the same kind would judge these very models;
/// models trained with other seeds are another matter (see `MeanInterval`).
public struct FlipReduction: Sendable, Hashable, Codable {
  public var pairs: Int
  public var images: Int
  /// Mean negative-flip rate over the pairs, and the interval of the mean.
  public var baselineRate: Double
  public var baselineInterval: Interval?
  public var oursRate: Double
  public var oursInterval: Interval?
  /// (baseline - ours) / baseline, of the means; nil if the baseline never flips.
  public var reduction: Double?
  public var reductionInterval: Interval?

  /// A pair as both methods make it.
  public struct Entry: Sendable {
    public var baseline: FlipComparison.Pair
    public var ours: FlipComparison.Pair

    public init(baseline: FlipComparison.Pair, ours: FlipComparison.Pair) {
      self.baseline = baseline
      self.ours = ours
    }
  }

  /// Throws ``FlipError/noValues`` without pairs, or another ``FlipError`` where the predictions are
  /// not for the same images. Draws `resamples` times the number of images from `stream`.
  public init(
    _ entries: [Entry],
    resamples: Int = 2000,
    from stream: inout RandomStream
  ) throws(FlipError) {
    guard let first = entries.first else { throw .noValues }
    let count = first.baseline.reference.count
    // Flips per image, over all pairs.
    var before = [Int](repeating: 0, count: count)
    var after = before
    for entry in entries {
      for (flips, isBaseline) in [
        (try entry.baseline.negativeFlips(), true), (try entry.ours.negativeFlips(), false),
      ] {
        guard flips.count == count else {
          throw .lengthMismatch(
            .init(name: "predictions of the first pair", count: count),
            .init(name: "predictions of another", count: flips.count)
          )
        }
        for (image, flip) in flips.enumerated() where flip {
          if isBaseline { before[image] += 1 } else { after[image] += 1 }
        }
      }
    }
    let cells = Cells(before: before, after: after)
    let measurements = Double(count * entries.count)
    func rates(_ drawn: [Int]) -> (baseline: Double, ours: Double) {
      let sums = cells.sums(drawn)
      return (Double(sums.before) / measurements, Double(sums.after) / measurements)
    }
    let observed = rates(cells.counts)
    let drawn = (0..<resamples).map { _ in rates(resample(cells.counts, from: &stream)) }
    pairs = entries.count
    images = count
    baselineRate = observed.baseline
    oursRate = observed.ours
    baselineInterval = percentiles(of: drawn.map(\.baseline), level: 0.95)
    oursInterval = percentiles(of: drawn.map(\.ours), level: 0.95)
    func reduction(_ rates: (baseline: Double, ours: Double)) -> Double? {
      rates.baseline > 0 ? 1 - rates.ours / rates.baseline : nil
    }
    self.reduction = reduction(observed)
    reductionInterval =
      self.reduction == nil
      ? nil : percentiles(of: drawn.compactMap { reduction($0) }, level: 0.95)
  }
}

/// Images by their numbers of flips under the two methods: images of a cell are alike.
private struct Cells {
  private var keys: [[Int]] = []
  private(set) var counts: [Int] = []

  init(before: [Int], after: [Int]) {
    var cells: [[Int]: Int] = [:]
    for (a, b) in zip(before, after) { cells[[a, b], default: 0] += 1 }
    // The commonest first: a draw looks for its cell from the front.
    let sorted = cells.sorted {
      ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1])
    }
    for (key, count) in sorted {
      keys.append(key)
      counts.append(count)
    }
  }

  func sums(_ drawn: [Int]) -> (before: Int, after: Int) {
    zip(keys, drawn).reduce(into: (0, 0)) { sums, cell in
      sums.0 += cell.0[0] * cell.1
      sums.1 += cell.0[1] * cell.1
    }
  }
}
