/// A checksum over a whole file image, kept in front of it.
///
/// HDF5 leaves the first 512 bytes of a file to the user when its own part starts there (a "user
/// block"). A file made by `HDF5File.image()` has there a line of text with the SHA-256 of all
/// that follows. It is checked before the library parses anything, so no damaged byte of a sealed
/// file reaches it. A file rewritten by another program simply has no seal; its content is then
/// still guarded by `content-sha256` and the checksums of the data sets.
enum FileSeal {
  static let length = 512
  private static let prefix = "regnas seal 1: SHA-256 of all bytes from 512 on is "
  private static let digits = 64

  static func seal(_ image: [UInt8]) throws -> [UInt8] {
    let line = prefix + (try image.withUnsafeBytes { try SHA256.of($0) }) + "\n"
    var bytes = Array(line.utf8)
    bytes.reserveCapacity(length + image.count)
    bytes += repeatElement(0, count: length - bytes.count)
    bytes += image
    return bytes
  }

  static func check(image: [UInt8], _ place: Place) throws {
    guard let promised = digest(in: image.prefix(length)) else { return }
    let found = try image.withUnsafeBytes {
      try SHA256.of(UnsafeRawBufferPointer(rebasing: $0[length...]))
    }
    try compare(promised, found, place)
  }

  static func check(path: String, _ place: Place) throws {
    do {
      guard let promised = digest(in: try readStart(of: path, count: length)[...]) else { return }
      try compare(promised, try SHA256.ofFile(path, from: length), place)
    } catch let error as StorageError {
      throw place.error(.inputOutput, "\(error)")
    }
  }

  private static func compare(_ promised: String, _ found: String, _ place: Place) throws {
    if promised != found {
      throw place.error(.damagedFile, "the file is truncated or bytes in it have changed")
    }
  }

  /// The digest a seal promises; `nil` when there is none.
  private static func digest(in start: ArraySlice<UInt8>) -> String? {
    guard start.count == length, start.starts(with: prefix.utf8) else { return nil }
    return String(decoding: start.dropFirst(prefix.utf8.count).prefix(digits), as: UTF8.self)
  }
}
