/// Rows of text in aligned columns, for a terminal.
///
/// ```
/// strategy   after 500
/// ---------  -----------
/// random     0.71 ± 0.02
/// evolution  0.75 ± 0.01
/// ```
///
/// By default a column is aligned to the right when every one of its fields below the header reads
/// as a number, else to the left. Widths count characters: letters that a terminal draws two cells
/// wide will not line up.
package struct TextTable: Sendable, Hashable {
  package var header: [String]
  package var rows: [[String]]
  /// The columns that are aligned to the right; nil for those of numbers.
  package var rightAligned: Set<Int>?
  /// Whether a line is drawn below the header.
  package var isRuled: Bool

  package init(
    header: [String],
    rows: [[String]] = [],
    rightAligned: Set<Int>? = nil,
    isRuled: Bool = true
  ) {
    self.header = header
    self.rows = rows
    self.rightAligned = rightAligned
    self.isRuled = isRuled
  }

  /// The first row is the header.
  package init(_ rows: [[String]]) {
    self.init(header: rows.first ?? [], rows: Array(rows.dropFirst()))
  }

  /// ``lines``, each ended by a line feed.
  package var text: String { lines.map { $0 + "\n" }.joined() }

  /// Lines without trailing spaces; without a header, the rows alone. Short rows are filled with
  /// empty fields; line breaks inside fields become spaces.
  package var lines: [String] {
    let all = ([header] + rows).map { $0.map(Self.singleLine) }
    let columns = all.map(\.count).max() ?? 0
    guard columns > 0 else { return [] }
    let filled = all.map { $0 + [String](repeating: "", count: columns - $0.count) }
    let widths = (0..<columns).map { column in filled.map { $0[column].count }.max() ?? 0 }
    let right =
      rightAligned
      ?? Set(
        (0..<columns).filter { column in
          filled.count > 1 && filled.dropFirst().allSatisfy { Self.isNumber($0[column]) }
        }
      )
    func line(_ fields: [String]) -> String {
      let padded = fields.enumerated().map { column, field in
        let space = String(repeating: " ", count: widths[column] - field.count)
        return right.contains(column) ? space + field : field + space
      }
      let joined = padded.joined(separator: "  ")
      return String(joined.reversed().drop { $0 == " " }.reversed())
    }
    guard !header.isEmpty else { return filled.dropFirst().map(line) }
    let rule = isRuled ? [line(widths.map { String(repeating: "-", count: $0) })] : []
    return [line(filled[0])] + rule + filled.dropFirst().map(line)
  }

  private static func singleLine(_ field: String) -> String {
    String(field.map { $0.isNewline ? " " : $0 })
  }

  /// Numbers, with a unit or an interval behind them.
  private static func isNumber(_ field: String) -> Bool {
    let first = field.prefix { $0 != " " && $0 != "%" }
    return field == "" || field == "-" || Double(first) != nil
  }
}
