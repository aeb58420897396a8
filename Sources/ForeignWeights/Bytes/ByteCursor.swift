/// Reads one part of a ``ByteSource`` in sequence. Little-endian throughout, as all three formats.
struct ByteCursor {
  private static let bufferSize = 1 << 16

  let source: ByteSource
  /// What is read, for errors: `the pickle`.
  let part: String
  private(set) var position: Int
  let end: Int
  private var buffer: [UInt8] = []
  /// The position in the source of the first byte of `buffer`.
  private var bufferStart = 0

  init(_ source: ByteSource, _ range: Range<Int>, part: String) {
    self.source = source
    self.part = part
    position = range.lowerBound
    end = range.upperBound
  }

  var remaining: Int { end - position }

  mutating func skip(_ count: Int) throws(ImportError) {
    try require(count)
    position += count
  }

  mutating func byte() throws(ImportError) -> UInt8 {
    try require(1)
    if position < bufferStart || position >= bufferStart + buffer.count {
      let upper = position + min(remaining, Self.bufferSize)
      buffer = try source.read(position..<upper, part: part)
      bufferStart = position
    }
    defer { position += 1 }
    return buffer[position - bufferStart]
  }

  mutating func bytes(_ count: Int) throws(ImportError) -> [UInt8] {
    try require(count)
    let offset = position - bufferStart
    defer { position += count }
    guard offset >= 0, offset + count <= buffer.count else {
      return try source.read(position..<(position + count), part: part)
    }
    return Array(buffer[offset..<(offset + count)])
  }

  mutating func integer<T: FixedWidthInteger>(_ type: T.Type) throws(ImportError) -> T {
    var result: T = 0
    for shift in 0..<(T.bitWidth / 8) {
      result |= T(truncatingIfNeeded: try byte()) << (8 * shift)
    }
    return result
  }

  /// A length or position: an unsigned integer that must fit an `Int`.
  mutating func size<T: FixedWidthInteger & UnsignedInteger>(
    _ type: T.Type
  ) throws(ImportError) -> Int {
    let value = try integer(type)
    guard let size = Int(exactly: value) else {
      throw ImportError(.damaged(part: part, reason: "it gives the size \(value)"))
    }
    return size
  }

  /// The bytes up to a newline, which is consumed.
  mutating func line(limit: Int) throws(ImportError) -> String {
    var line: [UInt8] = []
    while true {
      let next = try byte()
      if next == UInt8(ascii: "\n") { break }
      guard line.count < limit else {
        throw ImportError(.limitExceeded(part: "a name in \(part)", limit: limit))
      }
      line.append(next)
    }
    return String(decoding: line, as: UTF8.self)
  }

  private func require(_ count: Int) throws(ImportError) {
    guard count >= 0, count <= remaining else {
      throw ImportError(.truncated(part: part, needed: count, available: remaining))
    }
  }
}
