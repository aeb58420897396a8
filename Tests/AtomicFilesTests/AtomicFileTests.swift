import AtomicFiles
import Foundation
import Synchronization
import TestSupport
import Testing

/// The real disk, but call number `failing` ends with `code`, and writes are short.
private final class FaultyStorage: Storage {
  let failing: Int
  let code: Int32
  let once: Bool
  private let count = Mutex(0)
  private let system = SystemStorage()

  init(failing: Int, code: Int32, once: Bool) {
    self.failing = failing
    self.code = code
    self.once = once
  }

  private func step() throws(StorageFault) {
    let number = count.withLock { value in
      value += 1
      return value
    }
    if number == failing || (!once && number > failing) { throw StorageFault(code) }
  }

  func create(_ path: String) throws(StorageFault) -> Int32 {
    try step()
    return try system.create(path)
  }
  func openToAppend(_ path: String) throws(StorageFault) -> Int32 {
    try step()
    return try system.openToAppend(path)
  }
  func open(_ path: String) throws(StorageFault) -> Int32 {
    try step()
    return try system.open(path)
  }
  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) throws(StorageFault) -> Int {
    try step()
    return try system.write(file, UnsafeRawBufferPointer(rebasing: bytes.prefix(700)))
  }
  func synchronize(_ file: Int32) throws(StorageFault) {
    try step()
    try system.synchronize(file)
  }
  func close(_ file: Int32) throws(StorageFault) {
    try system.close(file)
    try step()
  }
  func rename(_ path: String, to target: String) throws(StorageFault) {
    try step()
    try system.rename(path, to: target)
  }
  func remove(_ path: String) throws(StorageFault) { try system.remove(path) }
  func truncate(_ path: String, to size: Int) throws(StorageFault) {
    try step()
    try system.truncate(path, to: size)
  }
}

@Suite struct AtomicFileTests {
  private let old = [UInt8](repeating: 1, count: 10)
  private let new = [UInt8](repeating: 2, count: 2000)

  // create, write x 3, fsync, close, rename, open folder, fsync, close
  @Test(arguments: 1...11) func aFailureAtAnyCallLeavesOldOrNew(failing: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("checkpoint.h5")
    try put(old, at: path)
    let storage = FaultyStorage(failing: failing, code: ENOSPC, once: false)
    if failing == 11 {
      try AtomicFile.write(new, to: path, storage: storage)
    } else {
      let error = #expect(throws: StorageError.self) {
        try AtomicFile.write(new, to: path, storage: storage)
      }
      #expect(error?.code == ENOSPC)
      #expect(error?.description.contains("Free space on the disk") == true)
    }
    #expect(try bytes(of: path) == (failing > 7 ? new : old))
    #expect(folder.names() == ["checkpoint.h5"])
  }

  @Test(arguments: 1...10) func interruptionsAreRetried(failing: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("checkpoint.h5")
    try AtomicFile.write(
      new,
      to: path,
      storage: FaultyStorage(failing: failing, code: EINTR, once: true)
    )
    #expect(try bytes(of: path) == new)
  }

  @Test func aFullDeviceIsAClearError() throws {
    struct FullDevice: PatchedStorage {
      func create(_ path: String) throws(StorageFault) -> Int32 {
        let descriptor = Foundation.open("/dev/full", O_WRONLY)
        if descriptor < 0 { throw StorageFault(errno) }
        return descriptor
      }
    }
    let folder = try TemporaryFolder()
    let path = folder.file("a.h5")
    let error = #expect(throws: StorageError.self) {
      try AtomicFile.write(new, to: path, storage: FullDevice())
    }
    #expect(
      error?.description == """
        \(path): cannot write: No space left on device. Free space on the disk and run again.
        """
    )
  }

  @Test func aMissingFolderIsAClearError() {
    let error = #expect(throws: StorageError.self) {
      try AtomicFile.write([1], to: "/nonexistent/a.h5")
    }
    #expect(error?.isMissingFile == true)
  }

  @Test func replaceRemovesTheTemporaryWhenBuildingFails() throws {
    struct Failure: Error {}
    let folder = try TemporaryFolder()
    #expect(throws: Failure.self) {
      try AtomicFile.replace(folder.file("a")) { path in
        try put([1], at: path)
        throw Failure()
      }
    }
    #expect(folder.names().isEmpty)
    try AtomicFile.replace(folder.file("a")) { try put([1], at: $0) }
    #expect(folder.names() == ["a"])
  }
}

@Suite struct DigestTests {
  @Test func publishedVectors() throws {
    // FIPS 180-4 examples and the check value of CRC-32/ISO-HDLC.
    #expect(
      try SHA256.of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    #expect(
      try SHA256.of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    #expect(Array("123456789".utf8).withUnsafeBytes { CRC32.of($0) } == 0xcbf4_3926)
  }

  @Test func fileDigestEqualsDigestOfItsBytes() throws {
    let folder = try TemporaryFolder()
    let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try put(content, at: folder.file("a"))
    #expect(
      try SHA256.ofFile(folder.file("a")) == content.withUnsafeBytes { try SHA256.of($0) }
    )
    let part = try SHA256()
    try part.update(file: folder.file("a"), range: 5..<2_000_000)
    #expect(try part.digest() == content[5..<2_000_000].withUnsafeBytes { try SHA256.of($0) })
  }
}
