import CCodecs

/// The CRC-32 of zlib, gzip and PNG over bytes that come in parts.
package struct CRC32: Sendable, Hashable {
  package private(set) var value: UInt32 = 0

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    value = codecs_crc32(value, bytes.baseAddress, bytes.count)
  }

  package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var crc = CRC32()
    crc.update(bytes)
    return crc.value
  }
}
