import Foundation
import HDF5

/// The folder of one run and what stands in it:
///
///     config.yaml      the fully resolved configuration
///     run.json         arguments, versions, host, state, times
///     log.txt          what was said on standard error
///     metrics.jsonl    one JSON object per step that is logged
///     checkpoint-N.h5  everything needed to go on; the newest few
///     supernet.h5      the trained supernet
///     family.h5        the final family
///
/// Holding a `RunFolder` holds the lock of the run: no second process can work in it.
public final class RunFolder {
  public let path: String
  private let lock: Int32

  private init(path: String, lock: Int32) {
    self.path = path
    self.lock = lock
  }

  deinit { close(lock) }

  /// Makes the folder of a new run and takes its lock.
  ///
  /// Throws ``RunError/exists(folder:)`` when there is a run, unless `overwrite` is set: then the
  /// old run's own files are removed, and nothing else.
  public static func create(_ path: String, overwrite: Bool) throws -> RunFolder {
    let isThere = FileManager.default.fileExists(atPath: path + "/config.yaml")
    if isThere, !overwrite { throw RunError.exists(folder: path) }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw RunError.invalidInput("\(path): the folder of the run cannot be made: \(error.localizedDescription)")
    }
    let folder = RunFolder(path: path, lock: try takeLock(path))
    if isThere { try folder.removeOwnFiles() }
    return folder
  }

  /// Opens the folder of an existing run and takes its lock.
  public static func open(_ path: String) throws -> RunFolder {
    guard FileManager.default.fileExists(atPath: path + "/config.yaml") else {
      throw RunError.notARun(folder: path, missing: "config.yaml")
    }
    return RunFolder(path: path, lock: try takeLock(path))
  }

  public func file(_ name: String) -> String { path + "/" + name }

  public func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: file(name))
  }

  /// Replaces a small text file, atomically.
  public func write(_ text: String, to name: String) throws {
    try AtomicFile.write(Array(text.utf8), to: file(name))
  }

  public func read(_ name: String) throws -> String {
    guard let bytes = FileManager.default.contents(atPath: file(name)) else {
      throw RunError.notARun(folder: path, missing: name)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// File names of the folder, sorted.
  public func names() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  /// Removes what a killed writer left beside its target. Safe: the lock is ours.
  public func removeTemporaries() {
    for name in names() where name.contains(AtomicFile.temporarySuffix) { unlink(file(name)) }
  }

  private func removeOwnFiles() throws {
    let own: Set<String> = [
      "config.yaml", "run.json", "log.txt", "metrics.jsonl", "supernet.h5", "family.h5",
    ]
    for name in names() where own.contains(name) || CheckpointStore.number(of: name) != nil {
      unlink(file(name))
    }
  }

  /// The lock goes with the process, however that ends.
  private static func takeLock(_ path: String) throws -> Int32 {
    let name = path + "/.lock"
    let descriptor = Foundation.open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw StorageError(name, "open", code: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      defer { close(descriptor) }
      let holder = (try? String(contentsOfFile: name, encoding: .utf8)) ?? ""
      throw RunError.busy(folder: path, holder: holder.isEmpty ? "unknown process" : holder)
    }
    let text = "process \(getpid()) on \(ProcessInfo.processInfo.hostName)"
    ftruncate(descriptor, 0)
    _ = text.withCString { Foundation.write(descriptor, $0, strlen($0)) }
    return descriptor
  }
}
