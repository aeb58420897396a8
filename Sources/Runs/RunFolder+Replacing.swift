import AtomicFiles
import Configuration
import Foundation
import TensorBoard

// A new run in the place of an earlier one. The earlier one's files wait in `.replaced` until the new
// one has saved itself. `config.yaml` goes there first and comes back last: a folder without it whose
// `.replaced` has it is one where a process was killed between the two, and the earlier run is put back.
// With `config.yaml` and without a checkpoint it was killed later, and both runs are there to choose from.
extension RunFolder {
  var replacedPath: String { file(Self.replacedName) }

  /// Whether a new run may be made at `path`, found out without changing anything.
  ///
  /// - Parameter room: bytes that the run will at least write.
  ///
  /// Throws ``RunError`` (a run or files of its names are there, another process works there), or
  /// `StorageError` where the folder cannot be made or written to or the disk is too full.
  package static func checkCreation(_ path: String, overwrite: Bool, room: Int = 0) throws {
    try OutputFile.checkNames(of: path)
    if exists(path), !isFolder(path) { throw RunError.notAFolder(path) }
    let own = ownNames(in: path)
    if own.filter({ $0 != eventsName }) == [configurationName], !exists("\(path)/\(replacedName)"),
      !isStored("\(path)/\(configurationName)")
    {
      throw RunError.fileInTheWay("\(path)/\(configurationName)")
    }
    if !overwrite {
      let isRun =
        own.contains(configurationName) || exists("\(path)/\(replacedName)/\(configurationName)")
      if isRun { throw RunError.exists(folder: path) }
      if let name = own.min() { throw RunError.fileInTheWay("\(path)/\(name)") }
    }
    let place = OutputFile.existingPart(of: path)
    guard isFolder(place) else { throw RunError.notAFolder(place) }
    guard access(place, W_OK | X_OK) == 0 else {
      throw StorageError(place, "write to the folder", code: errno)
    }
    try RunLock.check(path)
    // A disk that does not tell is found out when it is full.
    if room > 0, let free = try? OutputFile.freeBytes(in: place), free < room {
      throw RunError.noRoom(folder: path, needed: room, free: free)
    }
  }

  /// Whether a file is the configuration of a run, or was one: other programs call theirs so too.
  private static func isStored(_ path: String) -> Bool {
    guard let bytes = try? readFile(path) else { return true }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let sources = try? ConfigurationSources(stored: text, name: path) else { return false }
    return sources.missingFromStored.isEmpty
  }

  /// What is to be known where a run that has not saved itself yet is to replace an earlier one, which
  /// waits; nil elsewhere.
  package static func noteOnEarlierRun(in path: String) -> String? {
    let waiting = "\(path)/\(replacedName)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    guard exists("\(waiting)/\(configurationName)"), names.contains(configurationName),
      CheckpointStore.names(in: names).isEmpty
    else { return nil }
    let quoted = shellQuoted(path)
    let configuration = shellQuoted("\(path)/\(configurationName)")
    return "note: \(path): the run here has not saved itself yet; the earlier one, which it "
      + "replaces, waits in \(waiting). 'regnas resume \(quoted)' goes on with the new one. To have the "
      + "earlier one back: rm \(configuration), then 'regnas resume \(quoted)'"
  }

  /// The file among `inputs` that a new run at `path` would put aside; nil when there is none.
  package static func inputInTheWay(_ inputs: [String], of path: String) -> String? {
    let folder = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    return inputs.first { input in
      let file = URL(fileURLWithPath: input).resolvingSymlinksInPath()
      return isOwn(file.lastPathComponent) && file.deletingLastPathComponent().path == folder
    }
  }

  /// Moves the run's files to `.replaced`.
  func putAside() throws {
    let earlierWaits = Self.exists("\(replacedPath)/\(Self.configurationName)")
    if earlierWaits, !ownNames().contains(where: { CheckpointStore.number(of: $0) != nil }) {
      // The run that is here never began: the one before it is the one to keep.
      if Self.exists(file(Self.configurationName)) {
        removeOwnFiles()
      } else {
        try bringBack()
        try putAside()
      }
      return
    }
    removeReplaced()
    guard mkdir(replacedPath, 0o777) == 0 || errno == EEXIST else {
      throw StorageError(replacedPath, "make the folder", code: errno)
    }
    holdsReplaced.store(true, ordering: .relaxed)
    let names = ownNames().filter { $0 != Self.configurationName }
    let first = Self.exists(file(Self.configurationName)) ? [Self.configurationName] : []
    for name in first + names { try move(file(name), to: "\(replacedPath)/\(name)") }
    try AtomicFile.synchronize(replacedPath, storage: storage)
    try AtomicFile.synchronize(path, storage: storage)
  }

  /// Moves the files of an earlier run back.
  func bringBack() throws {
    let names = replacedNames()
    for name in names where name != Self.configurationName {
      try move("\(replacedPath)/\(name)", to: file(name))
    }
    for name in names where name == Self.configurationName {
      try move("\(replacedPath)/\(name)", to: file(name))
    }
    rmdir(replacedPath)
    try AtomicFile.synchronize(path, storage: storage)
    holdsReplaced.store(false, ordering: .relaxed)
  }

  /// Removes the earlier run for good: the new one has begun.
  func removeReplaced() {
    guard holdsReplaced.exchange(false, ordering: .relaxed) else { return }
    for name in replacedNames() { remove("\(replacedPath)/\(name)") }
    rmdir(replacedPath)
  }

  /// What became of a new run that failed.
  package enum Remains: Equatable, Sendable {
    /// It can be resumed.
    case run
    /// It had not begun, and nothing of it is left.
    case nothing
    /// The same, and the run that it was to replace is back.
    case earlierRun
  }

  /// After a failure: a new run that has computed nothing, or whose predecessor still waits, is taken
  /// away, and the predecessor put back.
  package func giveUp() -> Remains {
    guard origin != .old, !ownNames().contains(where: { CheckpointStore.number(of: $0) != nil })
    else { return .run }
    let replaces = !replacedNames().isEmpty
    let metrics = try? FileManager.default.attributesOfItem(atPath: file(MetricsLog.name))
    guard replaces || metrics?[.size] as? Int ?? 0 == 0 else { return .run }
    removeOwnFiles()
    if replaces {
      do {
        try bringBack()
        return .earlierRun
      } catch {
        return .run
      }
    }
    if origin == .newFolder {
      unlink(file(".lock"))
      rmdir(path)
    }
    return .nothing
  }

  private func replacedNames() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: replacedPath)) ?? []).sorted()
  }

  /// `config.yaml`, which makes the folder a run, goes last.
  private func removeOwnFiles() {
    for name in ownNames() where name != Self.configurationName { remove(file(name)) }
    remove(file(Self.configurationName))
  }

  /// Removes a file of the run, or its folder of curves, if it can be.
  private func remove(_ path: String) {
    if Self.isFolder(path) {
      EventFolder.remove(path, storage: storage)
    } else {
      try? storage.remove(path)
    }
  }

  private func move(_ file: String, to target: String) throws {
    do throws(StorageFault) {
      try storage.rename(file, to: target)
    } catch {
      throw StorageError(file, "rename", code: error.code)
    }
  }
}
