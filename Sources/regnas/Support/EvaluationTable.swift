import Charts
import Controller
import FlipMetrics
import Foundation
import Judging
import Search
import SearchSpaces
import Statistics

// What `regnas supernet evaluate` prints.
extension SupernetEvaluation {
  private var hasLatency: Bool { architectures.contains { $0.latency != nil } }

  private func rows(
    accuracy: (FlipReport.Rate) -> [String],
    difference: (PairedDifference) -> [String]
  ) -> [[String]] {
    architectures.map { row in
      var cells = [row.name, "\(row.macs)", "\(row.parameters)"]
      if hasLatency { cells.append(row.latency.map { "\($0)" } ?? "-") }
      cells += accuracy(row.inherited)
      if let alone = row.alone {
        cells += [Self.points(alone.accuracy)] + difference(alone.difference)
      }
      return cells + [row.architecture]
    }
  }

  /// For a terminal.
  var text: String {
    var header = ["name", "MACs", "parameters"]
    if hasLatency { header.append("latency ns") }
    header.append("inherited %")
    if comparison != nil { header += ["alone %", "inherited - alone"] }
    let table = TextTable(
      header: header + ["architecture"],
      rows: rows {
        [Self.percent($0.value, $0.interval)]
      } difference: {
        [Self.signed($0.value) + " " + Self.brackets($0.interval)]
      }
    ).text
    let note = "\(images) images of the split '\(split)'; intervals are 95 %: Wilson's for accuracy"
    guard let comparison else { return table + note + "." }
    return table + note + ", Bonett and Price's\nfor the difference in points.\n\n"
      + comparison.text
  }

  /// One row per architecture, fractions with all their digits.
  var csv: String {
    var header = ["space", "name", "macs", "parameters"]
    if hasLatency { header.append("latency_ns") }
    header += ["inherited", "inherited_lower", "inherited_upper"]
    if comparison != nil {
      header += ["alone", "difference", "difference_lower", "difference_upper"]
    }
    header.append("architecture")
    let rows = architectures.map { row in
      var cells = [space, row.name, "\(row.macs)", "\(row.parameters)"]
      if hasLatency { cells.append(row.latency.map { "\($0)" } ?? "") }
      cells += ["\(row.inherited.value)"] + Self.ends(row.inherited.interval)
      if let alone = row.alone {
        cells +=
          ["\(alone.accuracy)", "\(alone.difference.value)"]
          + Self.ends(alone.difference.interval)
      }
      return cells + [row.architecture]
    }
    return CSVText.encode([header] + rows)
  }

  private static func ends(_ interval: Interval) -> [String] {
    ["\(interval.lower)", "\(interval.upper)"]
  }

  static func points(_ fraction: Double) -> String { String(format: "%.2f", fraction * 100) }
  static func signed(_ fraction: Double) -> String { String(format: "%+.2f", fraction * 100) }

  static func percent(_ value: Double, _ interval: Interval?) -> String {
    points(value) + (interval.map { " [\(points($0.lower)), \(points($0.upper))]" } ?? "")
  }

  static func brackets(_ interval: Interval) -> String {
    "[\(signed(interval.lower)), \(signed(interval.upper))]"
  }
}

extension SupernetEvaluation.Comparison {
  /// The figures of the whole set, one a line.
  fileprivate var text: String {
    typealias Text = SupernetEvaluation
    var lines = [
      "inherited - alone  \(difference.points) points, "
        + (agreement.architectures == 1
          ? "of 1 architecture"
          : "mean of \(agreement.architectures) architectures (Student's interval over them)"),
      "Kendall's tau      \(agreement.text)"
        + (agreement.interval == nil ? "" : " (bootstrap over architectures)"),
    ]
    if let agreementOfSeeds {
      lines.append("  of two seeds     \(agreementOfSeeds.text), both trained alone")
    }
    if let flips {
      let reduction = flips.reduction.map { value in
        ": " + Text.percent(value, flips.reductionInterval) + " % fewer"
      }
      lines += [
        "negative flips     \(Text.percent(flips.oursRate, flips.oursInterval)) % inherited, "
          + "\(Text.percent(flips.baselineRate, flips.baselineInterval)) % trained apart"
          + (reduction ?? ""),
        "                   mean of \(pairs.count) nested pairs (bootstrap over images)",
      ]
    } else {
      lines.append("negative flips     no architecture of the set contains another")
    }
    if let cost {
      let ratio = String(format: "%.2f", cost.ratio)
      lines.append(
        "cost               \(ratio) times the multiply-adds of training the largest alone"
      )
    }
    return lines.joined(separator: "\n")
  }
}

extension MeanInterval {
  /// `+0.31 [+0.10, +0.52]`, of a fraction, in points.
  fileprivate var points: String {
    typealias Text = SupernetEvaluation
    guard let lower, let upper else { return Text.signed(mean) }
    return "\(Text.signed(mean)) [\(Text.signed(lower)), \(Text.signed(upper))]"
  }
}

extension RankAgreement {
  /// `0.82 [0.61, 0.95]`
  var text: String {
    guard let tau else { return "-" }
    return String(format: "%.3f", tau)
      + (interval.map { String(format: " [%.3f, %.3f]", $0.lower, $0.upper) } ?? "")
  }
}
