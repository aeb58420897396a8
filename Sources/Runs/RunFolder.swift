import AtomicFiles
import Configuration
import Foundation
import HDF5

/// The folder of one run and what stands in it:
///
///     config.yaml      the fully resolved configuration
///     run.json         arguments, versions, host, state, times
///     log.txt          what was printed on standard error
///     metrics.jsonl    one JSON object per step that is logged
///     checkpoint-N.h5  everything needed to go on; the newest few
///     timing.jsonl     how fast it went; alone in differing from run to run
///     supernet.h5      the trained supernet
///     supernet.svg     losses and accuracies of its training
///     family.h5        the final family
///
/// One that was created or opened holds the lock of the run: no second process can work in it. One
/// that is only read holds nothing and changes nothing.
public final class RunFolder: Sendable {
  package static let configurationName = "config.yaml"
  package static let recordName = "run.json"
  package static let logName = "log.txt"
  package static let supernetName = "supernet.h5"
  package static let familyName = "family.h5"
  package static let curveName = "supernet.svg"

  public let path: String
  /// How its files are written.
  package let storage: any Storage
  private let lock: Int32?

  private init(path: String, lock: Int32?, storage: any Storage) {
    self.path = path
    self.lock = lock
    self.storage = storage
  }

  deinit { if let lock { close(lock) } }

  /// Whether this process may write to the folder.
  package var isHeld: Bool { lock != nil }

  /// The folder of an existing run, for reading: without a lock, beside others who read or write.
  public static func read(_ path: String) throws -> RunFolder {
    try requireRun(path)
    return RunFolder(path: path, lock: nil, storage: ReadOnlyStorage())
  }

  private static func requireRun(_ path: String) throws {
    guard FileManager.default.fileExists(atPath: "\(path)/\(configurationName)") else {
      throw RunError.notARun(folder: path, missing: configurationName)
    }
  }

  /// Makes the folder of a new run and takes its lock.
  ///
  /// Throws ``RunError/exists(folder:)`` when there is a run, unless `overwrite` is set: then the
  /// old run's own files are removed, and nothing else.
  public static func create(_ path: String, overwrite: Bool) throws -> RunFolder {
    try create(path, overwrite: overwrite, storage: SystemStorage())
  }

  package static func create(
    _ path: String,
    overwrite: Bool,
    storage: any Storage
  ) throws -> RunFolder {
    let isThere = FileManager.default.fileExists(atPath: "\(path)/\(configurationName)")
    if isThere, !overwrite { throw RunError.exists(folder: path) }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw RunError.invalidInput(
        "\(path): the folder of the run cannot be made: \(error.localizedDescription)"
      )
    }
    let folder = RunFolder(path: path, lock: try takeLock(path), storage: storage)
    folder.removeTemporaries()
    if isThere { folder.removeOwnFiles() }
    // If the disk forgets the folder, everything in it is lost too.
    try AtomicFile.synchronize(OutputFile.folder(of: path), storage: storage)
    return folder
  }

  /// Opens the folder of an existing run and takes its lock.
  public static func open(_ path: String) throws -> RunFolder {
    try open(path, storage: SystemStorage())
  }

  package static func open(_ path: String, storage: any Storage) throws -> RunFolder {
    try requireRun(path)
    let folder = RunFolder(path: path, lock: try takeLock(path), storage: storage)
    folder.removeTemporaries()
    return folder
  }

  public func file(_ name: String) -> String { path + "/" + name }

  public func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: file(name))
  }

  /// Replaces a small text file, atomically.
  public func write(_ text: String, to name: String) throws {
    try AtomicFile.write(Array(text.utf8), to: file(name), storage: storage)
  }

  public func read(_ name: String) throws -> String {
    guard let bytes = FileManager.default.contents(atPath: file(name)) else {
      throw RunError.notARun(folder: path, missing: name)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The run's stored configuration.
  package func configuration() throws -> RunConfiguration {
    try configurationSources().configuration
  }

  /// The same, to be changed.
  package func configurationSources() throws -> ConfigurationSources {
    try ConfigurationSources(
      stored: read(Self.configurationName),
      name: file(Self.configurationName)
    )
  }

  /// File names of the folder, sorted.
  public func names() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  /// Removes what a killed writer left beside its target. Safe: the lock is ours.
  private func removeTemporaries() {
    for name in names() where name.hasSuffix(AtomicFile.temporarySuffix) {
      try? storage.remove(file(name))
    }
  }

  /// `config.yaml`, which makes the folder a run, goes last: a crash on the way leaves a run without
  /// a checkpoint, not a new run among files of the old one.
  private func removeOwnFiles() {
    let own: Set<String> = [
      Self.recordName, Self.logName, MetricsLog.name, MetricsLog.timingName, Self.supernetName,
      Self.curveName, Self.familyName,
    ]
    for name in names() where own.contains(name) || CheckpointStore.number(of: name) != nil {
      try? storage.remove(file(name))
    }
    try? storage.remove(file(Self.configurationName))
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
