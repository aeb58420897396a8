import Foundation

/// The system calls by which files are published, one method each, so that a test can make any of
/// them fail, fall short or not happen. A failure is the `errno` as a `StorageFault`.
package protocol Storage: Sendable {
  /// Creates a file that must not exist and gives its descriptor.
  func create(_ path: String) throws(StorageFault) -> Int32
  /// Opens a file to write at its end, creating it if there is none.
  func openToAppend(_ path: String) throws(StorageFault) -> Int32
  /// Opens an existing file or folder to synchronise it.
  func open(_ path: String) throws(StorageFault) -> Int32
  /// May write fewer bytes than given, as `write(2)`.
  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(StorageFault) -> Int
  func synchronize(_ descriptor: Int32) throws(StorageFault)
  func close(_ descriptor: Int32) throws(StorageFault)
  func rename(_ path: String, to target: String) throws(StorageFault)
  func remove(_ path: String) throws(StorageFault)
  /// Cuts a file to its first `size` bytes.
  func truncate(_ path: String, to size: Int) throws(StorageFault)
}

/// A failed system call.
package struct StorageFault: Error, Hashable, Sendable {
  package let code: Int32

  package init(_ code: Int32) { self.code = code }
}

/// The real disk.
package struct SystemStorage: Storage {
  package init() {}

  package func create(_ path: String) throws(StorageFault) -> Int32 {
    try check(Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666))
  }

  package func openToAppend(_ path: String) throws(StorageFault) -> Int32 {
    try check(Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666))
  }

  package func open(_ path: String) throws(StorageFault) -> Int32 {
    try check(Foundation.open(path, O_RDONLY | O_CLOEXEC))
  }

  package func write(
    _ descriptor: Int32,
    _ bytes: UnsafeRawBufferPointer
  ) throws(StorageFault) -> Int {
    try check(Foundation.write(descriptor, bytes.baseAddress, bytes.count))
  }

  package func synchronize(_ descriptor: Int32) throws(StorageFault) {
    _ = try check(fsync(descriptor))
  }

  package func close(_ descriptor: Int32) throws(StorageFault) {
    _ = try check(Foundation.close(descriptor))
  }

  package func rename(_ path: String, to target: String) throws(StorageFault) {
    _ = try check(Foundation.rename(path, target))
  }

  package func remove(_ path: String) throws(StorageFault) { _ = try check(unlink(path)) }

  package func truncate(_ path: String, to size: Int) throws(StorageFault) {
    _ = try check(Foundation.truncate(path, off_t(size)))
  }

  private func check<Number: SignedInteger>(_ result: Number) throws(StorageFault) -> Number {
    if result < 0 { throw StorageFault(errno) }
    return result
  }
}

/// All bytes of a file, or of a pipe to its end, at most `limit` of them.
///
/// Throws `StorageError`, with code `EFBIG` for more.
package func readFile(_ path: String, limit: Int = .max) throws -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw StorageError(path, "open", code: errno) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let got = read(descriptor, &block, block.count)
    if got == 0 { return bytes }
    if got < 0 {
      if errno == EINTR { continue }
      throw StorageError(path, "read", code: errno)
    }
    bytes += block.prefix(got)
    guard bytes.count <= limit else { throw StorageError(path, "read", code: EFBIG) }
  }
}

/// A path or another word as a shell reads it back: in quotes where it needs them.
package func shellQuoted(_ text: String) -> String {
  let plain = text.allSatisfy {
    $0.isASCII && ($0.isLetter || $0.isNumber || "._-/+:=@%".contains($0))
  }
  return plain && !text.isEmpty ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
}

/// Up to `count` bytes of a file from `offset` on.
package func readPart(of path: String, from offset: Int, count: Int) throws -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw StorageError(path, "open", code: errno) }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: count)
  let got = pread(descriptor, &bytes, count, off_t(offset))
  guard got >= 0 else { throw StorageError(path, "read", code: errno) }
  return Array(bytes.prefix(got))
}
