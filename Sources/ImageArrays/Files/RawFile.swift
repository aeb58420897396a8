import Foundation
import ImageData

/// The bytes of a regular file, read at any position.
final class RawFile {
  let path: String
  let count: Int
  private let descriptor: Int32

  /// - Throws: `ImageDataError` of kind `missingFile`, `badData` or `inputOutput`.
  init(_ path: String) throws {
    self.path = path
    // Not blocking: a pipe is refused below instead of waited for.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      let isMissing = code == ENOENT || code == ENOTDIR
      throw ImageDataError(
        isMissing ? .missingFile : .inputOutput,
        path,
        isMissing
          ? "there is no such file" : "it cannot be read: \(String(cString: strerror(code)))",
        remedy: isMissing ? "Check the path." : "Check the permissions."
      )
    }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    count = isKnown ? Int(status.st_size) : 0
    guard isKnown, status.st_mode & S_IFMT == S_IFREG else {
      throw ImageDataError(
        .badData,
        path,
        isKnown && status.st_mode & S_IFMT == S_IFDIR
          ? "this is a folder, a file was expected" : "this is not a regular file",
        remedy: "Give a file."
      )
    }
  }

  deinit { close(descriptor) }

  /// - Throws: `ImageDataError` when the file is shorter or cannot be read.
  func read(_ range: Range<Int>) throws -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, done in
      while done < range.count {
        let got = pread(
          descriptor,
          buffer.baseAddress.map { $0 + done },
          range.count - done,
          off_t(range.lowerBound + done)
        )
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        done += got
      }
    }
    if failure != 0 {
      throw ImageDataError(
        .inputOutput,
        path,
        "reading failed: \(String(cString: strerror(failure)))"
      )
    }
    guard bytes.count == range.count else {
      throw ImageDataError(
        .badData,
        path,
        "the file ends before byte \(range.upperBound)",
        remedy: "It is truncated: fetch it again."
      )
    }
    return bytes
  }
}
