/// Text that people and other programs wrote: in UTF-8 or, with a byte order mark as Windows writes it,
/// in UTF-16.
package enum TextFile {
  /// Why bytes are no text.
  package struct NotText: Error, Hashable, Sendable, CustomStringConvertible {
    /// Of the first byte that is wrong, from 1; nil where no line is.
    package let line: Int?
    package let description: String
  }

  /// The text, without a byte order mark.
  package static func decode(_ bytes: [UInt8]) throws(NotText) -> String {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return try wide(bytes.dropFirst(2), isLittleEndian: bytes[0] == 0xFF)
    }
    let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    if body.contains(0) { throw NotText(line: nil, description: "this is not text") }
    if let text = String(validating: body, as: UTF8.self) { return text }
    throw firstFault(body)
  }

  private static func wide(
    _ bytes: ArraySlice<UInt8>,
    isLittleEndian: Bool
  ) throws(NotText) -> String {
    let first = bytes.startIndex
    let units = (0..<bytes.count / 2).map { index in
      let (a, b) = (UInt16(bytes[first + 2 * index]), UInt16(bytes[first + 2 * index + 1]))
      return isLittleEndian ? a | b << 8 : a << 8 | b
    }
    guard bytes.count % 2 == 0, let text = String(validating: units, as: UTF16.self),
      !text.unicodeScalars.contains("\0")
    else { throw NotText(line: nil, description: "this is not text in UTF-16") }
    return text
  }

  private static func firstFault(_ bytes: ArraySlice<UInt8>) -> NotText {
    var line = 1
    for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if String(validating: part, as: UTF8.self) == nil { break }
      line += 1
    }
    return NotText(line: line, description: "this is not text in UTF-8; save the file as UTF-8")
  }
}
