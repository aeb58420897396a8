import AtomicFiles

/// The directory of a zip file, with the 64-bit extensions. Entries that are read must be stored as
/// they are, as `torch.save` does. Source: PKWARE's APPNOTE 6.3.10, sections 4.3.7 to 4.3.16 and 4.5.3.
struct ZipDirectory {
  struct Entry {
    var name: String
    var size: Int
    var checksum: UInt32
    var headerPosition: Int
    /// Whether its bytes are there as they are, neither compressed nor encrypted.
    var isPlain: Bool
  }

  private static let endSize = 22
  private static let locatorSize = 20
  private static let part = "the directory of the zip file"

  let source: ByteSource
  private(set) var entries: [String: Entry] = [:]
  /// Where the entries lie and how many there are.
  private struct Place {
    var count: Int
    var range: Range<Int>
  }

  init(_ source: ByteSource) throws(ImportError) {
    self.source = source
    let place = try Self.place(source)
    // A record takes 46 bytes, so that a false count ends with the bytes.
    var cursor = ByteCursor(source, place.range, part: Self.part)
    for _ in 0..<place.count {
      let entry = try Self.entry(&cursor)
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw ImportError(.damaged(part: Self.part, reason: "it lists '\(entry.name)' twice"))
      }
    }
  }

  /// The bytes of an entry, behind its own header. The header must agree with the directory.
  func range(_ entry: Entry) throws(ImportError) -> Range<Int> {
    let part = "the entry '\(entry.name)'"
    guard entry.isPlain else {
      throw ImportError(
        .unsupported(
          part: part,
          reason: "it is compressed or encrypted, which torch.save never does; load the file in "
            + "Python and save it again: torch.save(torch.load(path), 'weights.pth')"
        )
      )
    }
    var cursor = ByteCursor(source, entry.headerPosition..<source.count, part: part)
    guard try cursor.integer(UInt32.self) == 0x0403_4B50 else {
      throw ImportError(.damaged(part: part, reason: "its header is not where it should be"))
    }
    try cursor.skip(22)
    let nameSize = try cursor.size(UInt16.self)
    let extraSize = try cursor.size(UInt16.self)
    guard String(decoding: try cursor.bytes(nameSize), as: UTF8.self) == entry.name else {
      throw ImportError(.damaged(part: part, reason: "its header gives another name"))
    }
    try cursor.skip(extraSize)
    let start = cursor.position
    try cursor.skip(entry.size)
    return start..<(start + entry.size)
  }

  /// Reads all of an entry and compares its checksum.
  func verify(_ entry: Entry, at range: Range<Int>) throws(ImportError) {
    var checksum = CRC32()
    var position = range.lowerBound
    while position < range.upperBound {
      let next = min(position + 1 << 20, range.upperBound)
      let bytes = try source.read(position..<next, part: "the entry '\(entry.name)'")
      bytes.withUnsafeBytes { checksum.update($0) }
      position = next
    }
    guard checksum.value == entry.checksum else {
      throw ImportError(
        .damaged(part: "the entry '\(entry.name)'", reason: "its checksum does not match")
      )
    }
  }

  private static func place(_ source: ByteSource) throws(ImportError) -> Place {
    let end = try endPosition(source)
    var cursor = ByteCursor(source, (end + 4)..<source.count, part: part)
    guard try cursor.integer(UInt32.self) == 0 else {
      throw ImportError(.unsupported(part: part, reason: "it is split over several files"))
    }
    try cursor.skip(2)
    var count = try cursor.size(UInt16.self)
    var size = try cursor.size(UInt32.self)
    var start = try cursor.size(UInt32.self)
    var limit = end
    if let wide = try wideEndPosition(source, before: end) {
      cursor = ByteCursor(source, wide..<end, part: part)
      guard try cursor.integer(UInt32.self) == 0x0606_4B50 else {
        throw ImportError(
          .damaged(part: part, reason: "its 64-bit record is not where it should be")
        )
      }
      try cursor.skip(28)
      count = try cursor.size(UInt64.self)
      size = try cursor.size(UInt64.self)
      start = try cursor.size(UInt64.self)
      limit = wide
    }
    guard start <= limit, size <= limit - start else {
      throw ImportError(.damaged(part: part, reason: "it lies outside the file"))
    }
    return Place(count: count, range: start..<(start + size))
  }

  /// The last record of the file, which a comment may follow.
  private static func endPosition(_ source: ByteSource) throws(ImportError) -> Int {
    let start = max(0, source.count - endSize - Int(UInt16.max))
    let tail = try source.read(start..<source.count, part: part)
    var position = tail.count - endSize
    while position >= 0 {
      if tail[position...].starts(with: [0x50, 0x4B, 0x05, 0x06]) {
        let comment = Int(tail[position + 20]) | Int(tail[position + 21]) << 8
        if position + endSize + comment == tail.count { return start + position }
      }
      position -= 1
    }
    throw ImportError(
      .damaged(part: part, reason: "it is missing, as in a file that is cut short")
    )
  }

  private static func wideEndPosition(
    _ source: ByteSource,
    before end: Int
  ) throws(ImportError) -> Int? {
    guard end >= locatorSize else { return nil }
    var cursor = ByteCursor(source, (end - locatorSize)..<end, part: part)
    guard try cursor.integer(UInt32.self) == 0x0706_4B50 else { return nil }
    try cursor.skip(4)
    let position = try cursor.size(UInt64.self)
    guard position <= end - locatorSize else {
      throw ImportError(.damaged(part: part, reason: "its 64-bit record lies outside the file"))
    }
    return position
  }

  private static func entry(_ cursor: inout ByteCursor) throws(ImportError) -> Entry {
    guard try cursor.integer(UInt32.self) == 0x0201_4B50 else {
      throw ImportError(.damaged(part: part, reason: "a record is not where it should be"))
    }
    try cursor.skip(4)
    let flags = try cursor.integer(UInt16.self)
    let method = try cursor.integer(UInt16.self)
    try cursor.skip(4)
    let checksum = try cursor.integer(UInt32.self)
    let packedSize = try cursor.integer(UInt32.self)
    let size = try cursor.integer(UInt32.self)
    let nameSize = try cursor.size(UInt16.self)
    let extraSize = try cursor.size(UInt16.self)
    let commentSize = try cursor.size(UInt16.self)
    try cursor.skip(8)
    let position = try cursor.integer(UInt32.self)
    let name = String(decoding: try cursor.bytes(nameSize), as: UTF8.self)
    let extraEnd = cursor.position + extraSize
    let wide = try wideFields(
      &cursor,
      end: extraEnd,
      count: [size, packedSize, position].count { $0 == .max }
    )
    try cursor.skip(extraEnd - cursor.position + commentSize)

    var fields = wide.makeIterator()
    let sizes = [size, packedSize, position].map { $0 == .max ? fields.next() ?? 0 : Int($0) }
    guard sizes[2] <= cursor.source.count else {
      throw ImportError(.damaged(part: "the entry '\(name)'", reason: "it lies outside the file"))
    }
    return Entry(
      name: name,
      size: sizes[0],
      checksum: checksum,
      headerPosition: sizes[2],
      isPlain: flags & 1 == 0 && method == 0 && sizes[0] == sizes[1]
    )
  }

  /// The 64-bit values of the fields of a record that are too large for it.
  private static func wideFields(
    _ cursor: inout ByteCursor,
    end: Int,
    count: Int
  ) throws(ImportError) -> [Int] {
    guard count > 0 else { return [] }
    while cursor.position + 4 <= end {
      let identifier = try cursor.integer(UInt16.self)
      let size = try cursor.size(UInt16.self)
      guard size <= end - cursor.position else { break }
      guard identifier == 1 else {
        try cursor.skip(size)
        continue
      }
      guard size >= 8 * count else { break }
      var fields: [Int] = []
      for _ in 0..<count { fields.append(try cursor.size(UInt64.self)) }
      return fields
    }
    throw ImportError(.damaged(part: part, reason: "a record lacks its 64-bit sizes"))
  }
}
