import AtomicFiles
import Configuration
import Foundation
import HDF5
import Synchronization
import TensorBoard

/// The folder of one run and what stands in it:
///
///     config.yaml      the fully resolved configuration
///     run.json         arguments, versions, host, state, times
///     log.txt          what was printed on standard error
///     metrics.jsonl    one JSON object per step that is logged
///     checkpoint-N.h5  everything needed to go on; the newest few
///     timing.jsonl     how fast it went; alone in differing from run to run
///     supernet.h5      the trained supernet
///     tuned.h5         its weights after the members were trained on as a family
///     supernet.svg     losses and accuracies of its training
///     tensorboard/     the metrics as curves for TensorBoard, if asked for
///     family.h5        the final family
///     report.html      what the search and the family came to, to look at in a browser
///     .replaced/       the files of an earlier run, until this one has saved itself
///
/// One that was created or opened holds the lock of the run: no second process can work in it. One
/// that is only read holds nothing and changes nothing.
public final class RunFolder: Sendable {
  package static let configurationName = "config.yaml"
  package static let recordName = "run.json"
  package static let logName = "log.txt"
  package static let supernetName = "supernet.h5"
  package static let tunedName = "tuned.h5"
  package static let familyName = "family.h5"
  package static let reportName = "report.html"
  package static let curveName = "supernet.svg"
  package static let eventsName = "tensorboard"
  /// Where an earlier run waits until its successor has begun.
  static let replacedName = ".replaced"

  public let path: String
  /// How its files are written.
  package let storage: any Storage
  private let lock: RunLock?
  let origin: Origin
  /// Whether an earlier run waits in `.replaced`.
  let holdsReplaced: Atomic<Bool>

  /// How this process came by the folder.
  enum Origin {
    /// The run was there.
    case old
    /// The run is new, in a folder that was there.
    case newRun
    /// So is the folder.
    case newFolder
  }

  private init(path: String, lock: RunLock?, storage: any Storage, origin: Origin = .old) {
    self.path = path
    self.lock = lock
    self.storage = storage
    self.origin = origin
    holdsReplaced = Atomic(lock != nil && Self.exists("\(path)/\(Self.replacedName)"))
  }

  /// Why the folder could not be locked, on a file system without locks: then two processes in it
  /// would not notice each other.
  package var lockProblem: String? { lock?.problem }

  /// Whether this process may write to the folder.
  package var isHeld: Bool { lock != nil }

  /// The folder of an existing run, for reading: without a lock, beside others who read or write.
  public static func read(_ path: String) throws -> RunFolder {
    try requireRun(path)
    return RunFolder(path: path, lock: nil, storage: ReadOnlyStorage())
  }

  /// Throws ``RunError`` for a folder without a run or with folders where a run has files, and
  /// `StorageError` for one that may not be looked at.
  package static func requireRun(_ path: String) throws {
    let file = "\(path)/\(configurationName)"
    guard access(file, F_OK) == 0 else {
      if errno == EACCES { throw StorageError(file, "read", code: EACCES) }
      guard exists(path) else { throw RunError.missingInput(path) }
      guard isFolder(path) else { throw RunError.notARunButFile(path) }
      if exists("\(path)/\(replacedName)/\(configurationName)") {
        throw RunError.beingReplaced(folder: path)
      }
      throw RunError.notARun(folder: path, missing: configurationName)
    }
    for name in names(in: path)
    where isOwn(name) && name != eventsName && isFolder("\(path)/\(name)") {
      throw RunError.folderInTheWay("\(path)/\(name)")
    }
  }

  /// Makes the folder of a new run and takes its lock.
  ///
  /// Throws ``RunError/exists(folder:)`` when there is a run, unless `overwrite` is set: then the
  /// old run's own files, and nothing else, are put aside until the new one has saved itself for the
  /// first time; a new run that fails before that puts them back.
  public static func create(_ path: String, overwrite: Bool) throws -> RunFolder {
    try create(path, overwrite: overwrite, storage: SystemStorage())
  }

  package static func create(
    _ path: String,
    overwrite: Bool,
    storage: any Storage
  ) throws -> RunFolder {
    try checkCreation(path, overwrite: overwrite)
    let wasThere = exists(path)
    try makeFolders(path)
    let folder = RunFolder(
      path: path,
      lock: try RunLock(path),
      storage: storage,
      origin: wasThere ? .newRun : .newFolder
    )
    folder.removeTemporaries()
    if !folder.ownNames().isEmpty || exists(folder.replacedPath) { try folder.putAside() }
    // If the disk forgets the folder, everything in it is lost too.
    try AtomicFile.synchronize(OutputFile.folder(of: path), storage: storage)
    return folder
  }

  /// Opens the folder of an existing run and takes its lock.
  public static func open(_ path: String) throws -> RunFolder {
    try open(path, storage: SystemStorage())
  }

  package static func open(_ path: String, storage: any Storage) throws -> RunFolder {
    do {
      try requireRun(path)
    } catch RunError.beingReplaced {
      // Whoever was replacing it has been killed, or still holds the lock.
      let folder = RunFolder(path: path, lock: try RunLock(path), storage: storage, origin: .old)
      try folder.bringBack()
      return folder
    }
    let folder = RunFolder(path: path, lock: try RunLock(path), storage: storage, origin: .old)
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

  /// Throws ``RunError/notARun(folder:missing:)`` for a file that is not there, and `StorageError`
  /// for one that cannot be read.
  public func read(_ name: String) throws -> String {
    do {
      return String(decoding: try readFile(file(name)), as: UTF8.self)
    } catch let error as StorageError where error.isMissingFile {
      throw RunError.notARun(folder: path, missing: name)
    }
  }

  /// The run's stored configuration.
  package func configuration() throws -> RunConfiguration {
    try configurationSources().configuration
  }

  /// The same, to be changed.
  ///
  /// Throws ``RunError/invalidInput(_:)`` for one that was emptied, cut short or made unreadable: what
  /// it lacks would become defaults in silence.
  package func configurationSources() throws -> ConfigurationSources {
    let (name, text) = (file(Self.configurationName), try read(Self.configurationName))
    func damaged(_ cause: String) -> RunError {
      .invalidInput("\(cause). Restore the file from a copy, or begin the run anew")
    }
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw damaged("\(name): the stored configuration is empty")
    }
    let sources: ConfigurationSources
    do {
      sources = try ConfigurationSources(stored: text, name: name)
    } catch {
      throw damaged("the stored configuration cannot be read: \(error)")
    }
    let missing = sources.missingFromStored
    guard missing.isEmpty else {
      throw damaged(
        "\(name): the stored configuration lacks \(missing.count) keys, '\(missing[0])' first; it was "
          + "cut short"
      )
    }
    return sources
  }

  /// Folders that a relative path of the run's configuration is understood from, in this order: where
  /// the run was made, the run's folder, where the program is now, and the folder that the run's
  /// stands in as OUT/NAME.
  package var inputBases: [String] {
    [beginning?.directory, path, ".", path + "/../.."].compactMap { $0 }
  }

  /// How the run began, if its `run.json` says so: those of 0.1.0 do not.
  package var beginning: RunBeginning? {
    guard let bytes = try? readFile(file(Self.recordName)) else { return nil }
    return try? JSONDecoder().decode(RunBeginning.self, from: Data(bytes))
  }

  /// File names of the folder, sorted.
  public func names() -> [String] { Self.names(in: path) }

  private static func names(in path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  /// The files of a run that are in the folder, sorted.
  func ownNames() -> [String] { Self.ownNames(in: path) }

  /// The same of any folder. A folder of curves in which somebody else has put files is not a run's own.
  static func ownNames(in path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.sorted().filter {
      isOwn($0) && ($0 != eventsName || EventFolder.isOwn("\(path)/\($0)"))
    }
  }

  static func isOwn(_ name: String) -> Bool {
    let own: Set<String> = [
      configurationName, recordName, logName, MetricsLog.name, MetricsLog.timingName,
      supernetName, tunedName, curveName, familyName, reportName, eventsName,
    ]
    return own.contains(name) || CheckpointStore.number(of: name) != nil
  }

  /// Removes what a killed writer left beside its target. Safe: the lock is ours.
  private func removeTemporaries() {
    for name in names() where name.hasSuffix(AtomicFile.temporarySuffix) {
      try? storage.remove(file(name))
    }
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// Makes a folder with those above it, where they are not there.
  ///
  /// Throws ``RunError/notAFolder(_:)`` or `StorageError`.
  package static func makeFolders(_ path: String) throws {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += (made.isEmpty || made == "/" ? "" : "/") + part
      guard mkdir(made, 0o777) != 0, errno != EEXIST || !isFolder(made) else { continue }
      if errno == EEXIST || errno == ENOTDIR { throw RunError.notAFolder(made) }
      throw StorageError(made, "make the folder", code: errno)
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
