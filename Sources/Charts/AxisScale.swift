import Foundation

/// A linear axis with ticks at round numbers: 1, 2 or 5 times a power of ten apart.
struct AxisScale: Sendable, Hashable {
  let low: Double
  let high: Double
  let ticks: [Double]
  private let decimals: Int

  /// Covers `range` with at most `maximumTicks` ticks. Ends at the range itself, not at a tick.
  init(_ range: ClosedRange<Double>, maximumTicks: Int) {
    var (low, high) = (range.lowerBound, range.upperBound)
    if high - low <= abs(high) * 1e-12 {
      let margin = high == 0 ? 1 : abs(high) * 0.05
      (low, high) = (low - margin, high + margin)
    }
    let rough = (high - low) / Double(max(1, maximumTicks))
    let power = floor(log10(rough))
    let base = pow(10, power)
    let steps: [(Double, Double)] = [(1, power), (2, power), (5, power), (10, power + 1)]
    let (factor, exponent) = steps.first { $0.0 * base >= rough * (1 - 1e-9) } ?? (10, power + 1)
    let step = factor * base
    decimals = max(0, -Int(exponent))
    let first = (low / step - 1e-9).rounded(.up)
    let last = (high / step + 1e-9).rounded(.down)
    ticks = first <= last ? (0...Int(last - first)).map { (first + Double($0)) * step } : []
    self.low = low
    self.high = high
  }

  func label(_ tick: Double) -> String {
    let text = String(format: "%.\(decimals)f", tick)
    return text.allSatisfy { "-0.".contains($0) } ? text.filter { $0 != "-" } : text
  }

  /// Where a value lies between the ends: 0 at `low`, 1 at `high`.
  func position(_ value: Double) -> Double { (value - low) / (high - low) }
}
