import AtomicFiles
import Foundation
import HDF5
import Synchronization

/// Reads HDF5 files that carry no seal in a process of their own before this one does: damaged ones
/// can crash the HDF5 library, and must not take a run with them.
final class UnsealedFileCheck: Sendable {
  /// A file as it was when it was read.
  private struct Version: Hashable {
    var device: UInt64
    var number: UInt64
    var size: Int64
    var seconds: Int
    var nanoseconds: Int
  }

  private let passed = Mutex<Set<Version>>([])

  /// - Throws: `HDF5Error` of kind `damagedFile` when the other process did not survive.
  func read(_ path: String) throws {
    let version = try version(of: path)
    if passed.withLock({ $0.contains(version) }) { return }
    let process = Process()
    // The program itself, also where it has been replaced on the disk since it was started.
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe")
    process.arguments = [ReadEverythingCommand.name, path]
    // A crash is expected: no time for Swift's report of it.
    process.environment = ProcessInfo.processInfo.environment
      .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch {
      throw refusal(
        path,
        .inputOutput,
        "no process can be started to read it: \(error)",
        remedy: ""
      )
    }
    process.waitUntilExit()
    let status = process.terminationStatus
    switch process.terminationReason {
    case .exit where status == 0:
      passed.withLock { _ = $0.insert(version) }
    case .exit where status == ReadEverythingCommand.tooLittleMemory:
      throw refusal(
        path,
        .mismatch,
        "reading it took far more memory than its size",
        remedy: Self.largeChunks(path)
      )
    case .uncaughtSignal where status == SIGXCPU:
      throw refusal(
        path,
        .mismatch,
        "reading it did not end in time",
        remedy: Self.largeChunks(path)
      )
    case .uncaughtSignal:
      throw refusal(path, .damagedFile, "reading it crashed HDF5 (signal \(status))")
    default:
      throw refusal(path, .damagedFile, "reading it failed (status \(status))")
    }
  }

  private static func largeChunks(_ path: String) -> String {
    "If the chunks of an array x are very large, make them smaller, such as 100 images of 64 x 64: "
      + "h5repack -l x:CHUNK=100x64x64 '\(path)' new.h5. If the file is damaged, restore it from a copy."
  }

  private func refusal(
    _ path: String,
    _ kind: HDF5Error.Kind,
    _ cause: String,
    remedy: String = "It is damaged: restore it from a copy, or rewrite it with h5repack or h5py."
  ) -> HDF5Error {
    HDF5Error(kind, file: path, operation: "open", cause: cause, remedy: remedy)
  }

  private func version(of path: String) throws -> Version {
    var status = stat()
    guard stat(path, &status) == 0 else { throw StorageError(path, "open", code: errno) }
    return Version(
      device: UInt64(status.st_dev),
      number: UInt64(status.st_ino),
      size: Int64(status.st_size),
      seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec
    )
  }
}
