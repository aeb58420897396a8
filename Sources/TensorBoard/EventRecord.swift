import SwiftProtobuf

/// The records of an event file: the length of an event (8 bytes), a checksum of that, the event, a
/// checksum of the event; numbers are little-endian.
enum EventRecord {
  static func bytes(_ event: TensorBoardEvent) throws -> [UInt8] {
    let content: [UInt8] = try event.serializedBytes()
    let length = littleEndian(UInt64(content.count))
    return length + littleEndian(CRC32C.masked(length)) + content
      + littleEndian(CRC32C.masked(content))
  }

  /// The events of a file up to its end, or to the first record that is cut short or damaged.
  static func events(_ bytes: [UInt8]) -> [TensorBoardEvent] {
    var events: [TensorBoardEvent] = []
    var rest = bytes[...]
    while let event = next(&rest) { events.append(event) }
    return events
  }

  private static func next(_ rest: inout ArraySlice<UInt8>) -> TensorBoardEvent? {
    let length = rest.prefix(8)
    guard rest.count >= 12, number(rest.dropFirst(8).prefix(4)) == UInt64(CRC32C.masked(length)),
      let count = Int(exactly: number(length)), count <= rest.count - 16
    else { return nil }
    let content = rest.dropFirst(12).prefix(count)
    let checksum = rest.dropFirst(12 + count).prefix(4)
    guard number(checksum) == UInt64(CRC32C.masked(content)) else { return nil }
    rest = rest.dropFirst(16 + count)
    return try? TensorBoardEvent(serializedBytes: Array(content))
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
