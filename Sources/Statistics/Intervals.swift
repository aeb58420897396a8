import Foundation
import RandomStreams

/// A confidence interval.
public struct Interval: Sendable, Hashable, Codable {
  public var lower: Double
  public var upper: Double
  /// Coverage, such as 0.95.
  public var level: Double

  public init(lower: Double, upper: Double, level: Double) {
    self.lower = lower
    self.upper = upper
    self.level = level
  }

  /// Wilson's score interval of a proportion (Wilson 1927): accurate near 0 and 1 too, where
  /// negative flip rates live. `level` lies inside 0...1; `total` is positive.
  public static func wilson(successes: Int, total: Int, level: Double = 0.95) -> Interval {
    let n = Double(max(1, total))
    let rate = Double(successes) / n
    let z = standardNormalQuantile((1 + level) / 2)
    let centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot()
    // Without rounding the bounds touch 0 and 1 at the ends.
    return Interval(
      lower: successes == 0 ? 0 : max(0, centre - half),
      upper: successes == total ? 1 : min(1, centre + half),
      level: level
    )
  }
}

extension Interval {
  /// The percentile interval of a bootstrap (Efron 1979): the central part of a statistic's values
  /// over resamples. Nil without values.
  public static func percentile(of values: [Double], level: Double = 0.95) -> Interval? {
    percentiles(of: values, level: level)
  }
}

/// The value below which a standard normal number lies with this probability, by bisection of the
/// distribution function: slow, simple and exact to the last digits.
package func standardNormalQuantile(_ probability: Double) -> Double {
  var (low, high) = (-40.0, 40.0)
  while true {
    let middle = (low + high) / 2
    guard low < middle, middle < high else { return middle }
    if erfc(-middle / 2.0.squareRoot()) / 2 < probability { low = middle } else { high = middle }
  }
}

/// Draws as many images with replacement as there are, and counts them by cell. Images of a cell
/// are alike, so the cell is all that is drawn.
package func resample(_ cells: [Int], from stream: inout RandomStream) -> [Int] {
  let total = cells.reduce(0, +)
  var drawn = [Int](repeating: 0, count: cells.count)
  guard total > 0 else { return drawn }
  let ends = cells.reduce(into: [Int]()) { $0.append(($0.last ?? 0) + $1) }
  for _ in 0..<total {
    let image = stream.uniform(below: total)
    var cell = 0
    while ends[cell] <= image { cell += 1 }
    drawn[cell] += 1
  }
  return drawn
}

/// The central interval of sampled values, between order statistics by linear interpolation.
package func percentiles(of values: [Double], level: Double) -> Interval? {
  guard !values.isEmpty else { return nil }
  let sorted = values.sorted()
  func quantile(_ probability: Double) -> Double {
    let position = probability * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }
  return Interval(
    lower: quantile((1 - level) / 2),
    upper: quantile((1 + level) / 2),
    level: level
  )
}
