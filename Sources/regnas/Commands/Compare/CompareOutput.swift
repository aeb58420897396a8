import Charts
import Controller
import Foundation
import Judging
import Search
import SearchSpaces

// What `regnas compare` shows and writes.
extension StrategyComparison.BudgetResult {
  /// `300M` where the limit is whole millions, else all its digits.
  var limitText: String {
    limit % 1_000_000 == 0 ? "\(limit / 1_000_000)M" : "\(limit)"
  }

  private var isSingle: Bool { comparison.seeds.count == 1 }

  /// The table of one budget, for a terminal.
  var text: String {
    let checkpoints = [50, 100, 200, 500, 1000, 2000, 5000]
      .filter { $0 < comparison.evaluations }
    var rows = comparison.table(at: checkpoints + [comparison.evaluations])
    let random = StrategyComparison.Contender.random.rawValue
    if comparison.curves.contains(where: { $0.name == random }) {
      rows[0].append("minus random")
      for (index, curve) in comparison.curves.enumerated() {
        let difference = comparison.difference(curve.name, minus: random)
        rows[index + 1].append(
          curve.name == random
            ? "-"
            : difference.map { difference in
              String(format: "%+.3f", difference.mean)
                + (difference.halfWidth.map { String(format: " ± %.3f", $0) } ?? "")
            } ?? "-"
        )
      }
    }
    rows[0].append("ms per evaluation")
    for (index, curve) in comparison.curves.enumerated() {
      rows[index + 1].append(String(format: "%.3f", curve.strategySeconds * 1000))
    }
    return """
      At most \(limitText) MACs: best accuracy [%] after so many distinct evaluations, \
      \(isSingle ? "of one seed (no interval)" : "mean of \(comparison.seeds.count) seeds ± 95 % interval")
      \(TextTable(rows).text)
      """
  }

  /// Curves with their intervals; the first steps, all luck, do not set the scale.
  var chart: LineChart {
    LineChart(
      title: "Best accuracy by number of evaluations",
      subtitle: "MobileNetV3, at most \(limitText) MACs; "
        + (isSingle ? "one seed" : "mean of \(comparison.seeds.count) seeds, 95 % interval"),
      xLabel: "distinct evaluations",
      yLabel: "predicted ImageNet top-1 [%]",
      series: comparison.curves.map { curve in
        .init(
          name: curve.name,
          points: curve.summary.enumerated().map { index, point in
            .init(x: Double(index + 1), y: point.mean, lower: point.lower, upper: point.upper)
          }
        )
      }
    ).focused(from: 20)
  }
}

extension [StrategyComparison.BudgetResult] {
  /// Every point of every curve, under one header.
  var rows: [[String]] {
    guard let first else { return [] }
    return [["budget_macs"] + (first.comparison.rows().first ?? [])]
      + flatMap { result in
        result.comparison.rows().dropFirst().map { ["\(result.limit)"] + $0 }
      }
  }
}
