extension Predictions {
  /// The predictions of any model, from text with one class index per line in the split's order: a
  /// plain list or a CSV of one column. A first line without digits is a heading; blank lines at
  /// the end and spaces around a number are ignored.
  ///
  /// Throws ``FlipError/invalidLine(_:text:reason:)`` naming the line (from 1), or
  /// ``FlipError/wrongLineCount(expected:found:)``.
  public init(text: String, labels: [Int32], classCount: Int) throws(FlipError) {
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { $0.filter { !$0.isWhitespace && $0 != "\u{FEFF}" } }
    while lines.last?.isEmpty == true { lines.removeLast() }
    let hasHeading = lines.first.map { !$0.isEmpty && !$0.contains(where: \.isNumber) } ?? false
    var classes: [Int32] = []
    classes.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated().dropFirst(hasHeading ? 1 : 0) {
      guard let value = Int(line) else {
        let reason =
          line.isEmpty
          ? "is blank" : line.contains(",") ? "has several columns" : "is not a whole number"
        throw .invalidLine(index + 1, text: String(line.prefix(40)), reason: reason)
      }
      guard (0..<classCount).contains(value) else {
        throw .invalidLine(
          index + 1,
          text: String(line.prefix(40)),
          reason: "is not a class in 0..<\(classCount)"
        )
      }
      classes.append(Int32(value))
    }
    guard classes.count == labels.count else {
      throw .wrongLineCount(expected: labels.count, found: classes.count)
    }
    try self.init(classes: classes, labels: labels)
  }
}
