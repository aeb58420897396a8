import AtomicFiles
import Foundation

/// A checksum over a whole file, kept in front of it.
///
/// HDF5 leaves the first 512 bytes of a file to the user when its own part starts there (a "user
/// block"). A file of ours has there a line of text with the SHA-256 of all that follows, perhaps
/// except one range of bulk data with a checksum of its own. It is checked before the library
/// parses anything: HDF5 1.10 can crash on damaged headers, and no damaged byte of a sealed file
/// reaches it. A file rewritten by another program has no seal; its content is still guarded by
/// `content-sha256` and the checksums of the data sets.
package enum FileSeal {
  static let length = 512
  private static let start = "regnas seal 1: SHA-256 of all bytes from 512 on"

  /// The image of a file without a user block, with a seal put in front.
  static func seal(_ image: [UInt8]) throws -> [UInt8] {
    let digest = try image.withUnsafeBytes { try SHA256.of($0) }
    return block(digest, except: nil) + image
  }

  /// Puts the seal on a closed file that `HDF5File.create` made.
  ///
  /// - Parameter range: bytes the seal leaves out, for data too large to be read at every opening.
  /// - Throws: `StorageError` when the file cannot be read or written.
  package static func seal(path: String, except range: Range<Int>? = nil) throws {
    let digest = try digest(path: path, except: range)
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError(path, "open", code: errno) }
    defer { close(descriptor) }
    let block = block(digest, except: range)
    guard pwrite(descriptor, block, block.count, 0) == block.count else {
      throw StorageError(path, "write", code: errno)
    }
  }

  static func check(image: [UInt8], _ place: Place) throws {
    guard let seal = try parse(image.prefix(length), fileSize: image.count, place) else { return }
    let hash = try SHA256()
    try image.withUnsafeBytes { bytes in
      for part in parts(except: seal.range, fileSize: bytes.count) {
        try hash.update(UnsafeRawBufferPointer(rebasing: bytes[part]))
      }
    }
    try compare(seal.digest, hash.digest(), place)
  }

  /// Whether there is a seal. Throws when the file is not what it was sealed as.
  static func check(path: String, fileSize: Int, _ place: Place) throws -> Bool {
    do {
      let block = try readPart(of: path, from: 0, count: length)
      guard let seal = try parse(block[...], fileSize: fileSize, place) else { return false }
      try compare(seal.digest, digest(path: path, except: seal.range), place)
      return true
    } catch let error as StorageError {
      throw place.error(.inputOutput, String(cString: strerror(error.code)))
    }
  }

  private static func block(_ digest: String, except range: Range<Int>?) -> [UInt8] {
    let exception = range.map { " except from \($0.lowerBound) to \($0.upperBound)" } ?? ""
    let line = Array("\(start)\(exception) is \(digest)\n".utf8)
    return line + [UInt8](repeating: 0, count: length - line.count)
  }

  private static func digest(path: String, except range: Range<Int>?) throws -> String {
    let hash = try SHA256()
    for part in parts(except: range, fileSize: .max) { try hash.update(file: path, range: part) }
    return try hash.digest()
  }

  private static func parts(except range: Range<Int>?, fileSize: Int) -> [Range<Int>] {
    guard let range else { return [length..<fileSize] }
    return [length..<range.lowerBound, range.upperBound..<fileSize]
  }

  private static func compare(_ promised: String, _ found: String, _ place: Place) throws {
    if promised != found { throw damage(place) }
  }

  private static func damage(_ place: Place) -> HDF5Error {
    place.error(.damagedFile, "the file is truncated or bytes in it have changed")
  }

  /// What the seal says; `nil` when there is none.
  private static func parse(
    _ block: ArraySlice<UInt8>,
    fileSize: Int,
    _ place: Place
  ) throws -> (digest: String, range: Range<Int>?)? {
    guard block.count == length, block.starts(with: start.utf8) else { return nil }
    let line = String(decoding: block.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    let words = line.dropFirst(start.count).split(separator: " ")
    // "is <digest>" or "except from <number> to <number> is <digest>"
    if words.count == 2, words[0] == "is" { return (String(words[1]), nil) }
    guard words.count == 7, let lower = Int(words[2]), let upper = Int(words[4]),
      length <= lower, lower <= upper, upper <= fileSize
    else { throw damage(place) }
    return (String(words[6]), lower..<upper)
  }
}
