import CCodecs
import Foundation

/// SHA-256 (FIPS 180-4) over bytes that come in parts, written as 64 hexadecimal digits.
package final class SHA256 {
  private let state: OpaquePointer

  /// - Throws: `StorageError` when the cryptographic library cannot give the algorithm.
  package init() throws {
    guard let state = codecs_sha256_new() else { throw Self.unavailable }
    self.state = state
  }

  deinit { codecs_sha256_free(state) }

  package func update(_ bytes: UnsafeRawBufferPointer) throws {
    guard codecs_sha256_update(state, bytes.baseAddress, bytes.count) == 0 else {
      throw Self.unavailable
    }
  }

  package func update(_ text: String) throws {
    var text = text
    try text.withUTF8 { try update(UnsafeRawBufferPointer($0)) }
  }

  /// The digest of everything so far. More may follow.
  package func digest() throws -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    guard codecs_sha256_finish(state, &bytes) == 0 else { throw Self.unavailable }
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self
    )
  }

  package static func of(_ bytes: UnsafeRawBufferPointer) throws -> String {
    let hash = try SHA256()
    try hash.update(bytes)
    return try hash.digest()
  }

  package static func of(_ text: String) throws -> String {
    let hash = try SHA256()
    try hash.update(text)
    return try hash.digest()
  }

  /// The digest of a file's bytes, read in parts.
  ///
  /// - Throws: `StorageError` when the file cannot be read.
  package static func ofFile(_ path: String) throws -> String {
    let hash = try SHA256()
    try hash.update(file: path, range: 0..<Int.max)
    return try hash.digest()
  }

  /// Adds a range of a file's bytes, as far as the file goes.
  ///
  /// - Throws: `StorageError` when the file cannot be read.
  package func update(file path: String, range: Range<Int>) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError(path, "open", code: errno) }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: min(1 << 20, range.count))
    var position = range.lowerBound
    while position < range.upperBound {
      let wanted = min(buffer.count, range.upperBound - position)
      let count = pread(descriptor, &buffer, wanted, off_t(position))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw StorageError(path, "read", code: errno) }
      if count == 0 { return }
      try buffer.withUnsafeBytes { try update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      position += count
    }
  }

  private static var unavailable: StorageError {
    StorageError("libcrypto", "compute SHA-256 with", code: ENOSYS)
  }
}
