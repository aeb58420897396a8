import Foundation

/// How far predictions agree with the true classes, and whether they would agree far better if their
/// classes were in another order: then their model was trained with that order, and every flip would
/// be counted wrongly.
package struct PredictionsAgreement {
  /// The accuracy, then warnings.
  package let notes: [String]

  /// - Parameters:
  ///   - classNames: in the data set's order.
  ///   - name: what messages call the predictions.
  ///   - images: what messages call the images.
  package init(
    _ classes: [Int32],
    labels: [Int32],
    classNames: [String],
    of name: String,
    on images: String
  ) {
    let right = zip(classes, labels).count { $0 == $1 }
    let total = labels.count
    let share = String(format: "%.2f", 100 * Double(right) / Double(max(1, total)))
    var notes = ["\(name) is right for \(right) of \(total) \(images) (\(share) %)"]
    let orders = ClassOrders(classNames)
    let best = (orders.known(classes, labels) + [orders.fitted(classes, labels)].compactMap { $0 })
      .max { $0.right < $1.right }
    if let best, Self.isFarBetter(best.right, than: right, of: total) {
      notes.append(
        "warning: the order of the classes may differ: \(name) would be right for \(best.right) of "
          + "\(total) \(images) if \(best.description). In the data set class 0 is "
          + "\(orders.beginning); write predictions in this order"
      )
    } else if Self.isGuessing(right, labels, classes: classNames.count) {
      notes.append(
        "warning: \(name) is right no more often than guessing is: the order of the images, or of "
          + "the classes, may differ from that of the data set"
      )
    }
    self.notes = notes
  }

  /// Beyond three standard deviations of what chance does to the difference, and worth a word.
  private static func isFarBetter(_ other: Int, than right: Int, of total: Int) -> Bool {
    let difference = Double(other - right)
    return difference > 3 * Double(other + right).squareRoot() && difference > 0.1 * Double(total)
  }

  /// Within two standard deviations of what always the most frequent class is right for.
  private static func isGuessing(_ right: Int, _ labels: [Int32], classes: Int) -> Bool {
    guard classes > 1, !labels.isEmpty else { return false }
    let counts = labels.reduce(into: [Int32: Int]()) { $0[$1, default: 0] += 1 }
    let share = Double(counts.values.max() ?? 0) / Double(labels.count)
    let deviation = (Double(labels.count) * share * (1 - share)).squareRoot()
    return counts.count > 1 && Double(right) <= Double(labels.count) * share + 2 * deviation
  }
}
