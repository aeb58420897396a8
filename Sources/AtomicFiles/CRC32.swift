import CCodecs

/// The CRC-32 of zlib, gzip and PNG over bytes that come in parts.
public struct CRC32: Sendable, Hashable {
  public private(set) var value: UInt32 = 0

  public init() {}

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    value = codecs_crc32(value, bytes.baseAddress, bytes.count)
  }

  public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var crc = CRC32()
    crc.update(bytes)
    return crc.value
  }
}
