/// Comma-separated values (RFC 4180), with line feeds as line ends.
package enum CSVText {
  /// Fields that hold a comma, a quote or a line break are quoted, so that any text survives.
  package static func encode(_ rows: [[String]]) -> String {
    rows.map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
  }

  private static func quoted(_ field: String) -> String {
    let special = field.unicodeScalars.contains { "\",\n\r".unicodeScalars.contains($0) }
    guard special else { return field }
    return "\"" + field.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }
}
