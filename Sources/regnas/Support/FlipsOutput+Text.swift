import Charts
import FlipMetrics
import Foundation
import ImageData

extension FlipsOutput {
  /// For a terminal. Lists of images end after `limit`, other lists after 20.
  func text(imageLimit limit: Int) -> String {
    guard pairs.count != 1 else { return pairs.map { text($0, limit) }.joined() }
    let rows = pairs.map { pair in
      let report = pair.report
      return [
        report.reference, report.candidate, Self.percent(report.referenceAccuracy),
        Self.percent(report.candidateAccuracy), Self.percent(report.negativeFlipRate),
        Self.percent(report.positiveFlipRate), Self.percent(report.negativeFlipImpact),
        Self.decimal(report.relativeNegativeFlipRate), Self.percent(report.churn),
        Self.probability(report.equalAccuracyProbability),
      ]
    }
    let header = [
      "old", "new", "old %", "new %", "NFR %", "PFR %", "NFI %", "NFR_rel", "churn %",
      "McNemar's p",
    ]
    return TextTable(header: header, rows: rows).text + "\n" + explanation
  }

  private var explanation: String {
    """
    \(images) \(split) images; intervals are 95 %, Wilson's. NFR: the old model is right, the new one
    wrong; PFR: the other way round. NFI: share of the new model's errors that are negative flips.
    NFR_rel: 1 if the two erred independently. p: probability of such a difference in accuracy by chance.
    """
  }

  // MARK: One pair

  private func text(_ pair: Pair, _ limit: Int) -> String {
    let report = pair.report
    let counts = report.counts
    let gain = counts.positiveFlipRate - counts.negativeFlipRate
    let gainText =
      report.accuracyGainInterval.map {
        String(format: "%+.2f [%+.2f, %+.2f]", gain * 100, $0.lower * 100, $0.upper * 100)
      } ?? String(format: "%+.2f", gain * 100)
    let lines = [
      ["old", report.reference],
      ["new", report.candidate],
      ["images", "\(images) of the split '\(split)'"],
      ["accuracy of old", Self.percent(report.referenceAccuracy) + " %"],
      ["accuracy of new", Self.percent(report.candidateAccuracy) + " %"],
      ["gain", gainText + " points (bootstrap over images)"],
      [
        "McNemar's p",
        Self.probability(report.equalAccuracyProbability)
          + " (probability of such a gain or loss by chance)",
      ],
      [
        "negative flips",
        "\(counts.negativeFlips) (old right, new wrong): NFR \(Self.percent(report.negativeFlipRate)) %",
      ],
      [
        "positive flips",
        "\(counts.positiveFlips) (old wrong, new right): PFR \(Self.percent(report.positiveFlipRate)) %",
      ],
      [
        "NFI",
        Self.percent(report.negativeFlipImpact) + " % of the errors of new are negative flips",
      ],
      [
        "NFR_rel",
        Self.decimal(report.relativeNegativeFlipRate) + " (1 if the two erred independently)",
      ],
      ["churn", Self.percent(report.churn) + " % of the images are classified otherwise"],
    ]
    let head = TextTable(header: [], rows: lines, rightAligned: []).text
    return (head + classes(pair) + moves(pair) + flips(pair, limit)).trimmingLastBreak
      + "\n\nIntervals are 95 %, Wilson's where nothing else is said."
  }

  private func classes(_ pair: Pair) -> String {
    let flipping = pair.classes.filter { $0.counts.negativeFlips + $0.counts.positiveFlips > 0 }
      .sorted {
        ($1.counts.negativeFlips, $0.label) < ($0.counts.negativeFlips, $1.label)
      }
    guard !flipping.isEmpty else { return "" }
    let rows = flipping.prefix(Self.longest).map { row in
      [
        className(row.label).withoutControls, "\(row.counts.total)",
        Self.percent(row.counts.referenceAccuracy), Self.percent(row.counts.candidateAccuracy),
        "\(row.counts.negativeFlips)", "\(row.counts.positiveFlips)",
        Self.percent(FlipReport.Rate(row.counts.negativeFlips, of: row.counts.total)),
      ]
    }
    let still = pair.classes.count - flipping.count
    return "\n"
      + TextTable(
        header: ["class", "images", "old %", "new %", "negative", "positive", "NFR %"],
        rows: Array(rows),
        rightAligned: [1, 2, 3, 4, 5, 6]
      ).text
      + Self.rest(flipping.count, rows.count, "classes")
      + (still > 0 ? "no image flips in \(still) other \(still == 1 ? "class" : "classes")\n" : "")
  }

  private func moves(_ pair: Pair) -> String {
    guard !pair.negativeMoves.isEmpty else { return "" }
    let rows = pair.negativeMoves.prefix(Self.longest).map {
      [className($0.from).withoutControls, className($0.to).withoutControls, "\($0.images)"]
    }
    return "\n"
      + TextTable(
        header: ["true class, as old says", "new says", "images"],
        rows: Array(rows),
        rightAligned: [2]
      ).text + Self.rest(pair.negativeMoves.count, rows.count, "pairs of classes")
  }

  private func flips(_ pair: Pair, _ limit: Int) -> String {
    guard !pair.negativeFlips.isEmpty, limit > 0 else { return "" }
    let rows = pair.negativeFlips.prefix(limit).map {
      [
        $0.image.withoutControls, className($0.label).withoutControls,
        className($0.new).withoutControls, Self.sureness($0.oldProbability),
        Self.sureness($0.newProbability),
      ]
    }
    return "\n"
      + TextTable(
        header: ["negative flip", "true class", "new says", "old sure %", "new sure %"],
        rows: Array(rows),
        rightAligned: [3, 4]
      ).text + Self.rest(pair.negativeFlips.count, rows.count, "images")
      + (numbering.map { "images are \($0)\n" } ?? "")
  }

  private static let longest = 20

  private static func rest(_ count: Int, _ shown: Int, _ what: String) -> String {
    count > shown ? "... and \(count - shown) more \(what): all of them with --json\n" : ""
  }

  // MARK: Numbers

  private static func percent(_ value: Double?) -> String {
    value.map { String(format: "%.2f", $0 * 100) } ?? "-"
  }

  private static func percent(_ rate: FlipReport.Rate) -> String {
    "\(percent(rate.value)) [\(percent(rate.interval.lower)), \(percent(rate.interval.upper))]"
  }

  private static func decimal(_ value: Double?) -> String {
    value.map { String(format: "%.3f", $0) } ?? "-"
  }

  private static func probability(_ value: Double) -> String {
    value < 0.0001 ? "< 0.0001" : String(format: "%.4f", value)
  }

  private static func sureness(_ value: Float?) -> String {
    value.map { String(format: "%.1f", $0 * 100) } ?? "-"
  }
}

extension String {
  fileprivate var trimmingLastBreak: String { hasSuffix("\n") ? String(dropLast()) : self }
}
