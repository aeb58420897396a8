import Foundation
import HDF5

/// The checkpoints of a run: `checkpoint-00000001.h5` and up, each complete in itself and never
/// changed once published.
public struct CheckpointStore {
  public let folder: RunFolder
  /// How many to keep.
  public var keep: Int
  private let storage: any Storage

  public init(_ folder: RunFolder, keep: Int, storage: any Storage = SystemStorage()) {
    self.folder = folder
    self.keep = keep
    self.storage = storage
  }

  /// Number of a checkpoint's file name, or nil for other files.
  public static func number(of name: String) -> Int? {
    guard name.hasPrefix("checkpoint-"), name.hasSuffix(".h5") else { return nil }
    return Int(name.dropFirst("checkpoint-".count).dropLast(".h5".count))
  }

  /// Existing checkpoints, oldest first.
  public func names() -> [String] { folder.names().filter { Self.number(of: $0) != nil } }

  /// Publishes the next checkpoint, then removes those past the newest `keep`. The new one is on
  /// the disk before any older one goes.
  @discardableResult
  public func save(_ checkpoint: Checkpoint) throws -> String {
    let existing = names()
    let next = (existing.last.flatMap(Self.number) ?? 0) + 1
    let digits = String(next)
    let name =
      "checkpoint-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".h5"
    try AtomicFile.write(checkpoint.encoded(), to: folder.file(name), storage: storage)
    for old in existing.dropLast(keep - 1) { try? storage.remove(folder.file(old)) }
    return name
  }

  /// The newest checkpoint that verifies, and why newer ones were skipped.
  public func newest() throws -> (checkpoint: Checkpoint, name: String, skipped: [String]) {
    var skipped: [String] = []
    for name in names().reversed() {
      do {
        return (try Checkpoint(path: folder.file(name)), name, skipped)
      } catch {
        skipped.append("\(error)")
      }
    }
    throw RunError.noUsableCheckpoint(folder: folder.path, reasons: skipped)
  }
}
