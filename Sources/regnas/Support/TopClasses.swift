import Charts
import Foundation
import Predicting

/// What `regnas predict` prints: the most probable classes of each image.
struct TopClasses: Encodable {
  struct Entry: Encodable {
    var label: Int
    var name: String
    /// Softmax.
    var probability: Float
  }

  struct Image: Encodable {
    var image: String
    /// The most probable first.
    var classes: [Entry]
    /// The true class, where it is known.
    var label: Int?
    var labelName: String?
  }

  var schema = "regnas.predict/1"
  var family: String
  /// From 1.
  var member: Int
  /// The code that `regnas space describe --architecture` reads.
  var architecture: String
  var data: String?
  var split: String?
  var classNames: [String]
  var images: [Image]
  /// What was done to pictures, and what else a reader should know.
  var notes: [String]

  mutating func add(_ names: [String], _ ranking: [ClassRanking], labels: [Int32]? = nil) {
    for (index, ranking) in ranking.enumerated() {
      let label = labels.map { Int($0[index]) }
      images.append(
        Image(
          image: names[index],
          classes: ranking.top.map {
            Entry(label: $0.label, name: classNames[$0.label], probability: $0.probability)
          },
          label: label,
          labelName: label.map { classNames[$0] }
        )
      )
    }
  }

  private var hasLabels: Bool { images.contains { $0.label != nil } }

  /// For a terminal: a row per image.
  var table: String {
    let ranks = images.map(\.classes.count).max() ?? 0
    var header = ["image"]
    if hasLabels { header.append("true class") }
    for rank in 1...max(1, ranks) { header += rank == 1 ? ["class", "%"] : ["\(rank).", "%"] }
    let rows = images.map { image in
      [image.image.withoutControls] + (hasLabels ? [image.labelName?.withoutControls ?? ""] : [])
        + image.classes.flatMap {
          [$0.name.withoutControls, String(format: "%.2f", $0.probability * 100)]
        }
    }
    let numbers = stride(from: hasLabels ? 3 : 2, to: header.count, by: 2)
    let text = TextTable(header: header, rows: rows, rightAligned: Set(numbers)).text
    guard hasLabels else { return String(text.dropLast()) }
    let right = images.count { $0.label == $0.classes.first?.label }
    let share = String(format: "%.2f", 100 * Double(right) / Double(max(1, images.count)))
    return text + "\nright for \(right) of \(images.count) images (\(share) %)"
  }

  /// A row per image and rank, fractions with all their digits.
  var csv: String {
    let header = ["image", "rank", "label", "class", "probability"]
    let rows = images.flatMap { image in
      image.classes.enumerated().map { rank, entry in
        [image.image, "\(rank + 1)", "\(entry.label)", entry.name, "\(entry.probability)"]
          + (hasLabels ? ["\(image.label ?? -1)", image.labelName ?? ""] : [])
      }
    }
    return CSVText.encode([header + (hasLabels ? ["true_label", "true_class"] : [])] + rows)
  }
}
