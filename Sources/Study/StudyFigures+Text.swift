import Charts
import Foundation
import Statistics

extension StudyFigures {
  /// Tables of the space, as Markdown.
  package var markdown: String {
    let count = methods.map(\.accuracies.count).max() ?? 0
    let pairs = methods.max { $0.pairs.count < $1.pairs.count }?.pairs ?? []
    var lines = [
      "## \(dataSet), \(space)", "",
      "\(testImages) test images; per cent; means over seeds, with Student's 95 % interval where there "
        + "are several.", "",
      Self.row(
        ["method", "seeds", "epochs", "cost"] + (0..<count).map { "member \($0 + 1)" }
          + pairs.map { "NFR \($0.candidate) vs \($0.reference)" }
          + ["**mean NFR**", "NFR_rel", "NFI"]
      ),
      Self.rule(7 + count + pairs.count),
    ]
    for method in methods { lines.append(Self.row(row(of: method))) }
    lines += [
      "",
      "Cost: multiply-adds of training and search, over those of \(ours ?? "ours").",
    ]
    guard let ours, !comparisons.isEmpty else { return lines.joined(separator: "\n") + "\n" }
    lines += [
      "", "`\(ours)` beside each other method, on the seeds that both have:", "",
      Self.row(
        ["method", "seeds", "**fewer negative flips, %**"]
          + (0..<count).map { "accuracy \($0 + 1), points" } + ["McNemar, largest p"]
      ),
      Self.rule(4 + count),
    ]
    for one in comparisons { lines.append(Self.row(Self.row(of: one))) }
    if comparisons.contains(where: { $0.reduction?.intervalOver == "images" }) {
      lines += [
        "",
        "Of one seed, intervals are over images: the bootstrap's of reductions, paired ones of "
          + "accuracies. They do not tell how another training would come out.",
      ]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func row(of method: Method) -> [String] {
    let name = method.method == ours ? "**\(method.method)**" : method.method
    let cost = method.costRatio.map { String(format: "%.2f", $0) } ?? "-"
    var fields = [name, "\(method.seeds.count)", "\(method.epochs)", cost]
    fields += method.accuracies.map(Self.percent)
    fields += method.pairs.map { Self.percent($0.negativeFlipRate) }
    fields.append("**\(Self.percent(method.negativeFlipRate))**")
    for value in [method.relativeNegativeFlipRate, method.negativeFlipImpact] {
      fields.append(value.map { String(format: "%.3f", $0.mean) } ?? "-")
    }
    return fields
  }

  private static func row(of comparison: Comparison) -> [String] {
    func bounds(_ lower: Double, _ upper: Double, _ format: String) -> String {
      "[\(text(lower, format)), \(text(upper, format))]"
    }
    var fields = [comparison.baseline, "\(comparison.seeds.count)"]
    if let reduction = comparison.reduction {
      let interval = bounds(reduction.lower, reduction.upper, "%.1f")
      fields.append("**\(text(reduction.value, "%.1f"))** \(interval)")
    } else {
      fields.append("-")
    }
    for difference in comparison.accuracyDifferences {
      let interval = bounds(difference.lower, difference.upper, "%+.2f")
      fields.append("\(text(difference.value, "%+.2f")) \(interval)")
    }
    let probability = comparison.equalFlipsProbabilities.joined().max()
    fields.append(probability.map { String(format: "%.2g", $0) } ?? "-")
    return fields
  }

  private static func row(_ fields: [String]) -> String {
    "| " + fields.joined(separator: " | ") + " |"
  }

  private static func rule(_ count: Int) -> String {
    "|" + String(repeating: "---|", count: count)
  }

  private static func text(_ value: Double, _ format: String) -> String {
    String(format: format, value * 100)
  }

  private static func percent(_ value: MeanInterval) -> String {
    let mean = text(value.mean, "%.2f")
    return value.halfWidth.map { "\(mean) ± \(text($0, "%.2f"))" } ?? mean
  }

  /// The members' mean accuracy against their mean negative-flip rate, a dot for each method.
  package var chart: LineChart {
    var chart = LineChart(
      title: "\(dataSet), \(space)",
      subtitle: "Test split, means over seeds; right and down is better",
      xLabel: "mean accuracy of the members, %",
      yLabel: "mean negative-flip rate, %",
      series: methods.map { method in
        let accuracies = method.accuracies.map(\.mean)
        return .init(
          name: method.method,
          points: [
            .init(
              x: 100 * accuracies.reduce(0, +) / Double(max(1, accuracies.count)),
              y: 100 * method.negativeFlipRate.mean
            )
          ]
        )
      }
    )
    chart.namesPoints = true
    return chart
  }

  /// One row for each space and method.
  package static func csv(_ all: [StudyFigures]) -> String {
    let count = all.flatMap(\.methods).map(\.accuracies.count).max() ?? 0
    let pairs = all.flatMap(\.methods).max { $0.pairs.count < $1.pairs.count }?.pairs ?? []
    let header =
      ["data_set", "space", "method", "seeds", "epochs", "cost_ratio"]
      + (0..<count).flatMap { ["accuracy_\($0 + 1)", "accuracy_\($0 + 1)_half_width"] }
      + pairs.map { "nfr_\($0.candidate)_vs_\($0.reference)" }
      + [
        "nfr_mean", "nfr_half_width", "nfr_relative", "nfi", "reduction", "reduction_lower",
        "reduction_upper",
      ]
    func number(_ value: Double?) -> String { value.map { String($0) } ?? "" }
    let rows = all.flatMap { figures in
      figures.methods.map { method -> [String] in
        let reduction = figures.comparisons.first { $0.baseline == method.method }?.reduction
        let accuracies = (0..<count).flatMap { index -> [String] in
          let value = index < method.accuracies.count ? method.accuracies[index] : nil
          return [number(value?.mean), number(value?.halfWidth)]
        }
        let rates = pairs.indices.map {
          number($0 < method.pairs.count ? method.pairs[$0].negativeFlipRate.mean : nil)
        }
        return [
          figures.dataSet, figures.space, method.method,
          method.seeds.map(String.init).joined(separator: " "), "\(method.epochs)",
          number(method.costRatio),
        ] + accuracies + rates + [
          number(method.negativeFlipRate.mean), number(method.negativeFlipRate.halfWidth),
          number(method.relativeNegativeFlipRate?.mean), number(method.negativeFlipImpact?.mean),
          number(reduction?.value), number(reduction?.lower), number(reduction?.upper),
        ]
      }
    }
    return CSVText.encode([header] + rows)
  }
}
