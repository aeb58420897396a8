import AtomicFiles
import Configuration
import Foundation
import HDF5
import Runs

/// One checkpoint of a run as `regnas checkpoint ls` shows it.
public struct CheckpointListing: Sendable, Encodable {
  public var name: String
  public var bytes: Int
  /// ISO 8601.
  public var saved: String
  /// nil for one that does not verify.
  public var phase: String?
  public var supernetStep: Int?
  public var membersChosen: Int?
  public var evaluations: Int?
  /// Why it cannot be used; nil for a sound one.
  public var problem: String?
  /// Whether its bytes are damaged, so that it can never be used.
  public var isDamaged = false
  /// Whether the system did not give it (no permission, say): it may be sound.
  package var isUnread: Bool { (error as? HDF5Error)?.kind == .inputOutput }
  package var error: (any Error)?

  enum CodingKeys: CodingKey {
    case name, bytes, saved, phase, supernetStep, membersChosen, evaluations, problem, isDamaged
  }
}

extension CheckpointStore {
  /// Reads and verifies every checkpoint of a run's folder, oldest first. Needs no lock: published
  /// checkpoints never change, and one that is removed meanwhile is left out.
  public static func listing(of folder: String) throws -> [CheckpointListing] {
    try RunFolder.requireRun(folder)
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let configuration = try? RunFolder.read(folder).configuration()
    return names(in: files).compactMap { listing(of: $0, in: folder, of: configuration) }
  }

  private static func listing(
    of name: String,
    in folder: String,
    of configuration: RunConfiguration?
  ) -> CheckpointListing? {
    let path = folder + "/" + name
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      return nil
    }
    var result = CheckpointListing(
      name: name,
      bytes: attributes[.size] as? Int ?? 0,
      saved: (attributes[.modificationDate] as? Date ?? .distantPast).ISO8601Format()
    )
    do {
      let checkpoint = try Checkpoint(path: path)
      let summary = try CheckpointSummary(checkpoint)
      result.phase = summary.phase
      result.supernetStep = summary.supernetStep
      result.membersChosen = summary.membersChosen
      result.evaluations = summary.evaluations
      if let configuration,
        try !checkpoint.structuralDifferences(from: configuration, path: path).isEmpty
      {
        result.problem =
          "\(path): this checkpoint is of another run (it has another configuration); move it out of the "
          + "folder"
      }
    } catch {
      if (error as? HDF5Error)?.kind == .missingFile { return nil }
      result.problem = "\(error)"
      result.error = error
      result.isDamaged = (error as? HDF5Error)?.kind == .damagedFile
    }
    return result
  }

  /// Which checkpoints pruning to `keep` would remove: all but the newest `keep` that verify. One
  /// that cannot be used for another reason than damage (it may be of a newer program, or is of another
  /// run) stays.
  public static func prunable(_ listing: [CheckpointListing], keep: Int) -> [String] {
    let sound = listing.filter { $0.problem == nil }.map(\.name)
    guard !sound.isEmpty else { return [] }
    let old = Set(sound.dropLast(max(1, keep)))
    return listing.filter { old.contains($0.name) || $0.isDamaged }.map(\.name)
  }

  /// Removes checkpoints of a folder that is held. Throws `StorageError`.
  public static func remove(_ names: [String], from folder: RunFolder) throws {
    for name in names {
      do {
        try folder.storage.remove(folder.file(name))
      } catch {
        throw StorageError(folder.file(name), "remove", code: error.code)
      }
    }
  }
}
