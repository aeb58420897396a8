import AtomicFiles
import Foundation

/// The bytes of a file, or of memory, read at any position. A file is not mapped, so that one that
/// shrinks while it is read gives an error and no signal.
final class ByteSource: Sendable {
  private enum Storage: Sendable {
    case memory([UInt8])
    case descriptor(Int32)
  }

  private let storage: Storage
  /// The path of the file; `nil` for memory.
  let file: String?
  let count: Int

  init(_ bytes: [UInt8]) {
    storage = .memory(bytes)
    file = nil
    count = bytes.count
  }

  init(path: String) throws(ImportError) {
    // Not blocking, so that a pipe without a writer is refused below instead of waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      throw ImportError(
        code == ENOENT || code == ENOTDIR
          ? .missing : .unreadable(reason: String(cString: strerror(code))),
        file: path
      )
    }
    storage = .descriptor(descriptor)
    file = path
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    count = isKnown ? Int(status.st_size) : 0
    guard isKnown, status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = isKnown && status.st_mode & S_IFMT == S_IFDIR
      throw ImportError(
        .noFile(isFolder: isFolder),
        file: path
      )
    }
  }

  deinit {
    if case .descriptor(let descriptor) = storage { close(descriptor) }
  }

  /// The bytes `range`, which `part` names in errors. Allocates only what is there to be read.
  func read(_ range: Range<Int>, part: String) throws(ImportError) -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw ImportError(
        .truncated(
          part: part,
          needed: range.count,
          available: max(0, count - max(0, range.lowerBound))
        ),
        file: file
      )
    }
    switch storage {
    case .memory(let bytes):
      return Array(bytes[range])
    case .descriptor(let descriptor):
      var bytes = [UInt8](repeating: 0, count: range.count)
      let read = bytes.withUnsafeMutableBytes { Self.fill($0, descriptor, range.lowerBound) }
      guard read == range.count else {
        throw ImportError(
          read < 0
            ? .unreadable(reason: String(cString: strerror(errno)))
            : .truncated(part: part, needed: range.count, available: read),
          file: file
        )
      }
      return bytes
    }
  }

  /// Reads until the buffer is full or the file ends; returns how many bytes came, or -1.
  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer,
    _ descriptor: Int32,
    _ position: Int
  ) -> Int {
    var done = 0
    while done < buffer.count {
      let result = pread(
        descriptor,
        buffer.baseAddress.map { $0 + done },
        buffer.count - done,
        off_t(position + done)
      )
      if result < 0 && errno == EINTR { continue }
      if result < 0 { return -1 }
      if result == 0 { break }
      done += result
    }
    return done
  }
}
