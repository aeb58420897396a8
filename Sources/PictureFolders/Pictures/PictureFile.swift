import Foundation
import ImageData

/// Reading the file of a picture.
enum PictureFile {
  /// Why a file cannot be read.
  struct Refusal: Error, Sendable {
    var code: Int32

    var cause: String {
      switch code {
      case EACCES, EPERM: "permission denied"
      case EFBIG: "the file is too large for a picture"
      default: "the file cannot be read: \(String(cString: strerror(code)).lowercasingFirst)"
      }
    }

    var kind: ImageDataError.Kind { code == EFBIG ? .badData : .inputOutput }
  }

  /// More than any picture that is decoded.
  private static let largest = 1 << 30

  /// The first bytes of a file, by default all of it.
  static func read(_ path: String, atMost limit: Int = .max) throws(Refusal) -> [UInt8] {
    // A pipe that has taken the place of the file must not be waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Refusal(code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Refusal(code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Refusal(code: EINVAL) }
    let size = Int(status.st_size)
    guard min(size, limit) <= largest else { throw Refusal(code: EFBIG) }
    let wanted = min(size, limit)
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      while count < wanted, let start = buffer.baseAddress {
        let got = pread(descriptor, start + count, wanted - count, off_t(count))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    guard failure == 0 else { throw Refusal(code: failure) }
    return bytes
  }
}
