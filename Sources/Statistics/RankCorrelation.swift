/// Agreement of two orderings, for judging a predictor.
public enum RankCorrelation {
  /// Kendall's tau-b, which corrects for ties (Kendall, "The treatment of ties in ranking
  /// problems", Biometrika 1945), in O(n log n) (Knight, "A computer method for calculating
  /// Kendall's tau with ungrouped data", JASA 1966).
  ///
  /// Nil when the counts differ or either side is constant. Values must not be NaN.
  public static func kendall(_ x: [Double], _ y: [Double]) -> Double? {
    guard x.count == y.count else { return nil }
    let order = x.indices.sorted { (x[$0], y[$0]) < (x[$1], y[$1]) }
    let pairs = choose2(x.count)
    let tiedX = tiedPairs(order) { x[$0] == x[$1] }
    let tiedBoth = tiedPairs(order) { x[$0] == x[$1] && y[$0] == y[$1] }
    var sequence = order.map { y[$0] }
    // Within ties of x, y ascends, so every inversion is a discordant pair.
    let discordant = inversions(&sequence)
    let tiedY = tiedPairs(Array(sequence.indices)) { sequence[$0] == sequence[$1] }
    let concordant = pairs - tiedX - tiedY + tiedBoth - discordant
    let scale = Double(pairs - tiedX).squareRoot() * Double(pairs - tiedY).squareRoot()
    return scale > 0 ? Double(concordant - discordant) / scale : nil
  }

  /// Spearman's rho: the correlation of ranks, ties sharing their mean rank.
  ///
  /// Nil when the counts differ or either side is constant. Values must not be NaN.
  public static func spearman(_ x: [Double], _ y: [Double]) -> Double? {
    guard x.count == y.count else { return nil }
    let (a, b) = (ranks(x), ranks(y))
    let mean = Double(x.count - 1) / 2
    var (covariance, varianceA, varianceB) = (0.0, 0.0, 0.0)
    for (rankA, rankB) in zip(a, b) {
      covariance += (rankA - mean) * (rankB - mean)
      varianceA += (rankA - mean) * (rankA - mean)
      varianceB += (rankB - mean) * (rankB - mean)
    }
    let scale = varianceA.squareRoot() * varianceB.squareRoot()
    return scale > 0 ? covariance / scale : nil
  }

  /// Ranks from 0, ties sharing their mean.
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var result = [Double](repeating: 0, count: values.count)
    for run in runs(order, equal: { values[$0] == values[$1] }) {
      for position in run {
        result[order[position]] = Double(run.lowerBound + run.upperBound - 1) / 2
      }
    }
    return result
  }

  private static func choose2(_ count: Int) -> Int { count * (count - 1) / 2 }

  private static func tiedPairs(_ order: [Int], equal: (Int, Int) -> Bool) -> Int {
    runs(order, equal: equal).reduce(0) { $0 + choose2($1.count) }
  }

  /// The runs of equal neighbours.
  private static func runs(_ order: [Int], equal: (Int, Int) -> Bool) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for position in order.indices {
      if let last = result.last, equal(order[last.lowerBound], order[position]) {
        result[result.count - 1] = last.lowerBound..<position + 1
      } else {
        result.append(position..<position + 1)
      }
    }
    return result
  }

  /// Sorts `values` and returns how many pairs were in the wrong order.
  private static func inversions(_ values: inout [Double]) -> Int {
    var count = 0
    var width = 1
    var other = values
    while width < values.count {
      for low in stride(from: 0, to: values.count, by: 2 * width) {
        let middle = min(low + width, values.count)
        let high = min(low + 2 * width, values.count)
        var (left, right) = (low, middle)
        for position in low..<high {
          if right >= high || (left < middle && values[left] <= values[right]) {
            other[position] = values[left]
            left += 1
          } else {
            other[position] = values[right]
            count += middle - left
            right += 1
          }
        }
      }
      swap(&values, &other)
      width *= 2
    }
    return count
  }
}
