import Charts
import FlipMetrics
import Foundation
import Statistics

/// Numbers as a report writes them, whatever the language of the computer.
enum NumberText {
  /// A fraction as per cent, without the sign.
  static func percent(_ value: Double, _ decimals: Int = 2) -> String {
    String(format: "%.\(decimals)f", value * 100)
  }

  static func percent(_ value: Double, _ interval: Interval?) -> String {
    guard let interval else { return percent(value) }
    return "\(percent(value)) [\(percent(interval.lower)), \(percent(interval.upper))]"
  }

  static func percent(_ rate: FlipReport.Rate) -> String { percent(rate.value, rate.interval) }

  static func percent(_ value: MeanInterval) -> String {
    percent(value.mean) + (value.halfWidth.map { " ± \(percent($0))" } ?? "")
  }

  /// A difference of fractions in points, with its sign.
  static func points(_ value: Double) -> String { String(format: "%+.2f", value * 100) }

  static func points(_ value: Double, _ lower: Double, _ upper: Double) -> String {
    "\(points(value)) [\(points(lower)), \(points(upper))]"
  }

  static func decimals(_ value: Double, _ count: Int = 4) -> String {
    String(format: "%.\(count)f", value)
  }

  /// Three significant digits.
  static func probability(_ value: Double) -> String { String(format: "%.2g", value) }

  static func millions(_ value: Int) -> String { String(format: "%.2f", Double(value) / 1e6) }

  /// `1 image`, `2,000 images`.
  static func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }
}
