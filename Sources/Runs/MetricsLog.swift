import AtomicFiles
import Foundation
import HDF5

/// `metrics.jsonl`: one JSON object a line, keys in the order given, appended as the run goes.
///
/// A line carries `phase` and `step`. After a crash lines past the checkpoint that the run goes on
/// from are dropped (``truncate(to:)``), so that no step is there twice. Lines that a full disk
/// refuses are kept and written later.
package final class MetricsLog {
  package static let name = "metrics.jsonl"
  /// The same for what depends on the clock, which no result does.
  package static let timingName = "timing.jsonl"

  private let path: String
  private let storage: any Storage
  private var descriptor: Int32?
  private var pending: [UInt8] = []
  private var written: Int
  /// Told of each line that is appended.
  package var follower: ((String, Int, [(name: String, value: Double)]) -> Void)?

  package init(_ path: String, storage: any Storage = SystemStorage()) {
    self.path = path
    self.storage = storage
    written = Self.size(of: path)
  }

  deinit { if let descriptor { try? storage.close(descriptor) } }

  package func append(phase: String, step: Int, _ values: [(name: String, value: Double)]) {
    var line = Self.lineStart(phase: phase) + " \"step\": \(step)"
    for (name, value) in values {
      line += ", \"\(name)\": \(value.isFinite ? "\(value)" : "null")"
    }
    line += "}\n"
    pending += line.utf8
    // What cannot be written now is written with a later line; `flush` reports it.
    try? flush()
    follower?(phase, step, values)
  }

  /// The number of bytes appended so far: what a checkpoint remembers.
  package var size: Int { written + pending.count }

  /// Hands everything to the system. Throws `StorageError` when something has to wait.
  package func flush() throws {
    guard !pending.isEmpty else { return }
    do throws(StorageFault) {
      try writePending()
    } catch {
      throw StorageError(path, "write", code: error.code)
    }
  }

  private func writePending() throws(StorageFault) {
    if descriptor == nil { descriptor = try storage.openToAppend(path) }
    guard let descriptor else { return }
    while !pending.isEmpty {
      let result: Result<Int, StorageFault> = pending.withUnsafeBytes { bytes in
        do throws(StorageFault) {
          return .success(try storage.write(descriptor, bytes))
        } catch {
          return .failure(error)
        }
      }
      switch result {
      case .success(let count) where count > 0:
        pending.removeFirst(count)
        written += count
      case .success: throw StorageFault(EIO)
      case .failure(let fault) where fault.code == EINTR: continue
      case .failure(let fault): throw fault
      }
    }
  }

  /// Drops what was appended after a checkpoint that remembered `size`.
  ///
  /// Where fewer bytes are there, whole lines of them stay, and the result says how many are missing.
  ///
  /// Throws `StorageError` when that is refused: going on would log some steps twice.
  @discardableResult
  package func truncate(to wanted: Int) throws -> Int {
    let there = Self.size(of: path)
    let size = there >= wanted ? wanted : wholeLines()
    if let descriptor { try? storage.close(descriptor) }
    descriptor = nil
    pending = []
    defer { written = Self.size(of: path) }
    guard there > size else { return wanted - size }
    do throws(StorageFault) {
      try storage.truncate(path, to: size)
    } catch {
      throw StorageError(path, "shorten", code: error.code)
    }
    return wanted - size
  }

  /// The bytes up to the last end of a line.
  private func wholeLines() -> Int {
    guard let bytes = FileManager.default.contents(atPath: path),
      let end = bytes.lastIndex(of: UInt8(ascii: "\n"))
    else { return 0 }
    return end - bytes.startIndex + 1
  }

  /// Drops everything from the first line on that belongs to no phase of these.
  ///
  /// Throws `StorageError` as ``truncate(to:)`` does.
  package func keep(phases: Set<String>) throws {
    let starts = phases.map { Array(Self.lineStart(phase: $0).utf8) }
    var size = 0
    if !phases.isEmpty, let bytes = FileManager.default.contents(atPath: path) {
      for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
        // A last line without an end was cut off.
        guard line.endIndex < bytes.endIndex, starts.contains(where: line.starts) else { break }
        size = line.endIndex - bytes.startIndex + 1
      }
    }
    try truncate(to: size)
  }

  private static func lineStart(phase: String) -> String { "{\"phase\": \"\(phase)\"," }

  private static func size(of path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }
}
