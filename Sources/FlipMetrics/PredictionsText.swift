extension Predictions {
  /// The predictions of any model, from text (``PredictionsText``).
  public init(text: String, labels: [Int32], classCount: Int) throws(FlipError) {
    let read = try PredictionsText(text, classCount: classCount, count: labels.count)
    try self.init(classes: read.classes, labels: labels)
  }
}

/// Predictions as people and other programs write them: one column of text, a line per image in the
/// split's order, each with the index of a class or with its name.
///
/// Indices are whole numbers in any notation (`3`, `3.0`, `3.000e+00`). Blanks around a value, quotes
/// around it, blank lines at the end and lines that begin with `#` do not matter. A first line that
/// is neither index nor name is a heading where the other lines are as many as the images.
public struct PredictionsText: Sendable, Hashable {
  public let classes: [Int32]
  /// What was left out or taken for something, for a person to know.
  public let notes: [String]

  /// - Parameters:
  ///   - classNames: in the order of the classes; none where only indices are known.
  ///   - count: of images.
  ///
  /// Throws ``FlipError/invalidLine(_:text:reason:)`` naming the line (from 1), or
  /// ``FlipError/wrongLineCount(expected:found:)``.
  public init(
    _ text: String,
    classCount: Int,
    classNames: [String] = [],
    count: Int
  ) throws(FlipError) {
    let names = Self.unambiguous(classNames)
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated().map { Line(number: $0 + 1, text: $1, names: names) }
    while lines.last?.text.isEmpty == true { lines.removeLast() }
    let all = lines.count
    lines.removeAll { $0.isComment }
    var notes: [String] = []
    if lines.count < all {
      let count = all - lines.count
      notes.append("left out \(count) \(count == 1 ? "line" : "lines") beginning with '#'")
    }
    if let first = lines.first, first.mayBeHeading, lines.count != count {
      lines.removeFirst()
      notes.append("took line \(first.number), '\(first.shown)', for a heading")
    }
    let reading = try Reading(lines, classCount: classCount, count: count)
    classes = try reading.classes(of: lines, classCount: classCount)
    guard classes.count == count else {
      throw .wrongLineCount(expected: count, found: classes.count)
    }
    self.notes = notes + reading.notes(lines, classCount: classCount)
  }

  /// Names that stand for one class only.
  private static func unambiguous(_ names: [String]) -> [Substring: Int] {
    var result: [Substring: Int] = [:]
    for (index, name) in names.enumerated() {
      let name = Line.trimmed(Substring(name))
      result[name] = result[name] == nil ? index : -1
    }
    return result.filter { $1 >= 0 && !$0.isEmpty }
  }
}

extension PredictionsText {
  /// One line, and what it may mean.
  fileprivate struct Line {
    let number: Int
    /// Without what surrounds the value.
    let text: Substring
    let index: Int?
    /// The class of this name.
    let named: Int?
    let isComment: Bool

    init(number: Int, text: Substring, names: [Substring: Int]) {
      self.number = number
      let text = Self.trimmed(text)
      let bare = Self.unquoted(text)
      named = names[text] ?? names[bare]
      index = Self.whole(bare)
      isComment = text.hasPrefix("#") && named == nil
      self.text = named != nil || Self.columns(bare) == 1 ? bare : text
    }

    var shown: String { String(text.prefix(40)) }
    var columns: Int { named == nil ? Self.columns(text) : 1 }
    var mayBeHeading: Bool {
      index == nil && named == nil && !text.isEmpty && columns == 1 && Double(text) == nil
    }

    static func trimmed(_ text: Substring) -> Substring {
      var text = text
      while let last = text.last, isBlank(last) { text.removeLast() }
      return text.drop(while: isBlank)
    }

    private static func isBlank(_ character: Character) -> Bool {
      character.isWhitespace || character == "\u{FEFF}"
    }

    /// What stands between quotes, if they are one pair.
    private static func unquoted(_ text: Substring) -> Substring {
      for quote in "\"'" where text.count >= 2 && text.first == quote && text.last == quote {
        let inner = text.dropFirst().dropLast()
        let doubled = "\(quote)\(quote)"
        guard !inner.replacing(doubled, with: "").contains(quote) else { return text }
        return trimmed(Substring(inner.replacing(doubled, with: String(quote))))
      }
      return text
    }

    private static func columns(_ text: Substring) -> Int {
      for separator in [",", ";", "\t", "|"] as [Character] where text.contains(separator) {
        return text.split(separator: separator, omittingEmptySubsequences: false).count
      }
      return max(1, text.split(whereSeparator: \.isWhitespace).count)
    }

    private static func whole(_ text: Substring) -> Int? {
      if let value = Int(text) { return value }
      guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
        let value = Double(text), value.magnitude < 1e15
      else { return nil }
      return Int(exactly: value)
    }
  }

  /// How the lines are to be understood: all as indices or all as names.
  fileprivate enum Reading {
    case indices
    case names

    init(_ lines: [Line], classCount: Int, count: Int) throws(FlipError) {
      let (indices, names) = (lines.count { $0.index != nil }, lines.count { $0.named != nil })
      let fit = lines.allSatisfy { (0..<classCount).contains($0.index ?? -1) }
      // Numbers that are names too are indices where they can be.
      self = names == lines.count && !fit || names > indices ? .names : .indices
      for line in lines where self == .names ? line.named == nil : line.index == nil {
        throw .invalidLine(
          line.number,
          text: line.shown,
          reason: reason(line, among: lines, names > 0, classCount: classCount, count: count)
        )
      }
    }

    private func reason(
      _ line: Line,
      among lines: [Line],
      _ someAreNames: Bool,
      classCount: Int,
      count: Int
    ) -> String {
      if line.text.isEmpty { return "is blank" }
      if self == .names, line.index != nil {
        return "is a number, and other lines hold names of classes; write all of them one way"
      }
      if self == .indices, line.named != nil {
        return "is the name of a class, and other lines hold numbers; write all of them one way"
      }
      if line.columns > 1 {
        if lines.count == 1, line.columns == count {
          return "has several columns; write one line per image"
        }
        return "has several columns"
          + (line.columns == classCount
            ? ", as many as there are classes; write the index of the largest" : "; write one")
      }
      let others = lines.dropFirst()
      if line.number == lines[0].number, line.mayBeHeading, lines.count == count, count > 1,
        others.allSatisfy({ $0.index != nil })
      {
        return "is not a whole number, and looks like a heading, below which a line is missing"
      }
      if someAreNames { return "is not the name of a class" }
      return Double(line.text) == nil && others.allSatisfy { $0.index == nil }
        ? "is neither a whole number nor the name of a class of the data set"
        : "is not a whole number"
    }

    func classes(of lines: [Line], classCount: Int) throws(FlipError) -> [Int32] {
      var result: [Int32] = []
      result.reserveCapacity(lines.count)
      for line in lines {
        let value = (self == .names ? line.named : line.index) ?? -1
        guard (0..<classCount).contains(value), let value = Int32(exactly: value) else {
          let counted = lines.allSatisfy { (1...classCount).contains($0.index ?? -1) }
          throw .invalidLine(
            line.number,
            text: line.shown,
            reason: "is not a class in 0..<\(classCount)"
              + (counted ? "; all numbers are from 1 on, and classes are counted from 0" : "")
          )
        }
        result.append(value)
      }
      return result
    }

    func notes(_ lines: [Line], classCount: Int) -> [String] {
      switch self {
      case .names: return ["read names of classes"]
      case .indices:
        let areNames = lines.allSatisfy { $0.named != nil }
        return areNames && lines.contains { $0.named != $0.index }
          ? ["read numbers as places in the list of classes, not as their names"] : []
      }
    }
  }
}
