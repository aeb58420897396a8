import Charts
import FlipMetrics

extension FlipsOutput {
  /// One row per pair of models, fractions with all their digits.
  var csv: String {
    let header = [
      "old", "new", "split", "images", "old_accuracy", "old_accuracy_lower", "old_accuracy_upper",
      "new_accuracy", "new_accuracy_lower", "new_accuracy_upper", "gain", "gain_lower",
      "gain_upper",
      "mcnemar_p", "negative_flips", "nfr", "nfr_lower", "nfr_upper", "positive_flips", "pfr",
      "pfr_lower", "pfr_upper", "nfi", "nfr_rel", "churn",
    ]
    let rows = pairs.map { pair in
      let (report, counts) = (pair.report, pair.report.counts)
      let gain = report.accuracyGainInterval
      var row = [report.reference, report.candidate, split, "\(images)"]
      row += Self.ends(report.referenceAccuracy) + Self.ends(report.candidateAccuracy)
      row.append("\(counts.positiveFlipRate - counts.negativeFlipRate)")
      row += [gain?.lower, gain?.upper].map(Self.number)
      row += ["\(report.equalAccuracyProbability)", "\(counts.negativeFlips)"]
      row += Self.ends(report.negativeFlipRate)
      row.append("\(counts.positiveFlips)")
      row += Self.ends(report.positiveFlipRate)
      row += [report.negativeFlipImpact, report.relativeNegativeFlipRate, report.churn]
        .map(Self.number)
      return row
    }
    return CSVText.encode([header] + rows)
  }

  /// One row per image that flips.
  var imageCSV: String {
    let header = [
      "old", "new", "image", "flip", "true_label", "true_class", "old_label", "old_class",
      "new_label", "new_class", "old_probability", "new_probability",
    ]
    var rows: [[String]] = []
    for pair in pairs {
      for (kind, images) in [("negative", pair.negativeFlips), ("positive", pair.positiveFlips)] {
        rows += images.map { row($0, kind, of: pair.report) }
      }
    }
    return CSVText.encode([header] + rows)
  }

  private func row(_ image: Image, _ kind: String, of report: FlipReport) -> [String] {
    var row = [report.reference, report.candidate, image.image, kind]
    for label in [image.label, image.old, image.new] { row += [String(label), className(label)] }
    for probability in [image.oldProbability, image.newProbability] {
      row.append(probability.map { "\($0)" } ?? "")
    }
    return row
  }

  private static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

  private static func ends(_ rate: FlipReport.Rate) -> [String] {
    ["\(rate.value)", "\(rate.interval.lower)", "\(rate.interval.upper)"]
  }
}
