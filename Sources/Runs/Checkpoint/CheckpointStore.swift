import AtomicFiles
import Foundation
import HDF5

/// The checkpoints of a run: `checkpoint-00000001.h5` and up, each complete in itself and never
/// changed once published.
///
/// The newest `keep` stay. No "best" one is kept beside them: every checkpoint holds every
/// architecture judged so far with its predictions and the members chosen, and the trained supernet is
/// a file of its own, so removing an older one never loses a result.
package struct CheckpointStore: Sendable {
  package let folder: RunFolder
  /// How many to keep.
  package let keep: Int
  /// Those that did not verify. They do not count among the kept ones, and go when as many newer ones are
  /// there.
  package var damaged: Set<String> = []

  package init(_ folder: RunFolder, keep: Int) {
    self.folder = folder
    self.keep = max(1, keep)
  }

  /// Number of a checkpoint's file name, or nil for other files.
  package static func number(of name: String) -> Int? {
    guard name.hasPrefix("checkpoint-"), name.hasSuffix(".h5") else { return nil }
    let digits = name.dropFirst("checkpoint-".count).dropLast(".h5".count)
    guard (8...15).contains(digits.count), digits.allSatisfy({ ("0"..."9").contains($0) }) else {
      return nil
    }
    return Int(digits)
  }

  package static func name(of number: Int) -> String {
    let digits = String(number)
    return "checkpoint-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".h5"
  }

  /// Existing checkpoints, oldest first.
  package func names() -> [String] { Self.names(in: folder.names()) }

  package static func names(in files: [String]) -> [String] {
    files.compactMap(number).sorted().map(name)
  }

  /// Publishes the next checkpoint, then removes those past the newest `keep`. The new one, and the
  /// metrics that belong to it, are on the disk before any older one goes.
  ///
  /// Throws `HDF5Error` or `StorageError`; then every earlier checkpoint is still there.
  @discardableResult
  package func save(_ snapshot: CheckpointSnapshot) throws -> String {
    let existing = names()
    let name = Self.name(of: (existing.last.flatMap(Self.number) ?? 0) + 1)
    if folder.exists(MetricsLog.name) {
      try AtomicFile.synchronize(folder.file(MetricsLog.name), storage: folder.storage)
    }
    try snapshot.write(to: folder.file(name), storage: folder.storage)
    // From now on there is something to resume: the run that this one replaces is not needed.
    folder.removeReplaced()
    // What cannot be removed now is tried again after the next save.
    for old in past(existing) { try? folder.storage.remove(folder.file(old)) }
    return name
  }

  /// Those that go once another has been saved.
  private func past(_ existing: [String]) -> ArraySlice<String> {
    let kept = existing.filter { !damaged.contains($0) }.suffix(keep - 1)
    guard let oldest = kept.first else { return keep == 1 ? existing[...] : [] }
    guard kept.count == keep - 1, let place = existing.firstIndex(of: oldest) else { return [] }
    return existing[..<place]
  }

  /// The newest checkpoint that verifies, and why newer ones were skipped: they are damaged.
  ///
  /// Throws `HDF5Error` for one that the system does not give (no permission, too few open files): it
  /// may be sound. Throws ``RunError/noUsableCheckpoint(folder:reasons:)``.
  package func newest() throws -> (checkpoint: Checkpoint, name: String, skipped: [String]) {
    var skipped: [String] = []
    for name in names().reversed() {
      do {
        return (try Checkpoint(path: folder.file(name)), name, skipped)
      } catch let error as HDF5Error where error.kind == .inputOutput && error.systemCode != EIO {
        throw error
      } catch {
        skipped.append("\(error)")
      }
    }
    throw RunError.noUsableCheckpoint(folder: folder.path, reasons: skipped)
  }
}
