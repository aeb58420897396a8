import AtomicFiles
import Foundation
import RunFixtures
import TestSupport
import Testing

@testable import Runs
@testable import Search

/// A new run in the place of an earlier one, and what the disk may do meanwhile.
@Suite struct ReplacingTests {
  private let folder: TemporaryFolder
  private let earlier: [String: [UInt8]]

  init() throws {
    folder = try TemporaryFolder()
    try Self.fill(folder)
    earlier = Self.files(folder)
  }

  private static func fill(_ folder: TemporaryFolder) throws {
    try folderWithTwoCheckpoints(folder)
    try folder.put("the earlier supernet", "supernet.h5")
    try folder.put("the owner's", "notes.txt")
  }

  private static func files(_ folder: TemporaryFolder) -> [String: [UInt8]] {
    let names = folder.names().filter { $0 != ".lock" && $0 != ".replaced" }
    return Dictionary(uniqueKeysWithValues: names.map { ($0, folder.bytes($0)) })
  }

  @Test func theEarlierRunWaitsUntilTheNewOneHasSavedItself() throws {
    let run = try RunFolder.create(folder.path, overwrite: true)
    try run.write("seed: 2\n", to: "config.yaml")
    #expect(folder.text(".replaced/supernet.h5") == "the earlier supernet")
    #expect(folder.names().filter { $0 != ".lock" } == [".replaced", "config.yaml", "notes.txt"])
    try CheckpointStore(run, keep: 2).save(smallCheckpoint(7).snapshot())
    #expect(!folder.exists(".replaced"))
    #expect(folder.exists("checkpoint-00000001.h5") && !folder.exists("supernet.h5"))
    #expect(folder.text("notes.txt") == "the owner's")
  }

  @Test func aRunThatFailsBeforePutsItBack() throws {
    let run = try RunFolder.create(folder.path, overwrite: true)
    try run.write("seed: 2\n", to: "config.yaml")
    try folder.put("of the new run", "log.txt")
    #expect(run.giveUp() == .earlierRun)
    #expect(Self.files(folder) == earlier)
  }

  /// Other programs have files of that name.
  @Test func aConfigurationOfAnotherProgramIsNoRun() throws {
    try folder.put("site_name: docs\n", "docs/config.yaml")
    for overwrite in [false, true] {
      #expect(throws: RunError.fileInTheWay(folder.file("docs/config.yaml"))) {
        try RunFolder.checkCreation(folder.file("docs"), overwrite: overwrite)
      }
    }
    #expect(folder.text("docs/config.yaml") == "site_name: docs\n")
  }

  @Test func aNewFolderGoesWithARunThatNeverBegan() throws {
    let path = folder.file("new")
    let run = try RunFolder.create(path, overwrite: false)
    try run.write("seed: 2\n", to: "config.yaml")
    #expect(run.giveUp() == .nothing)
    #expect(!folder.exists("new"))
  }

  /// One that has computed something is kept, to be resumed.
  @Test func workIsNotGivenUp() throws {
    let run = try RunFolder.create(folder.file("new"), overwrite: false)
    try run.write("seed: 2\n", to: "config.yaml")
    try folder.put("{}\n", "new/metrics.jsonl")
    #expect(run.giveUp() == .run)
    #expect(folder.exists("new/metrics.jsonl"))
  }

  /// The process ends, or the disk goes away, at each call while the earlier run is put aside.
  @Test func anEndAtAnyCallLosesNothing() throws {
    let counting = ScriptedStorage()
    _ = try RunFolder.create(folder.path, overwrite: true, storage: counting)
    let calls = counting.calls
    #expect(calls > 5)
    for last in 1...calls {
      let folder = try TemporaryFolder()
      try Self.fill(folder)
      let storage = ScriptedStorage { $0 >= last ? .code(EIO) : nil }
      #expect(throws: StorageError.self) {
        _ = try RunFolder.create(folder.path, overwrite: true, storage: storage)
      }
      // Nothing moved yet, or `resume` brings back what has.
      if folder.exists(".replaced/config.yaml") {
        let error = #expect(throws: RunError.self) { _ = try RunFolder.read(folder.path) }
        #expect(error == .beingReplaced(folder: folder.path))
        #expect(throws: RunError.exists(folder: folder.path)) {
          _ = try RunFolder.create(folder.path, overwrite: false)
        }
      }
      _ = try RunFolder.open(folder.path)
      #expect(Self.files(folder) == earlier, "call \(last)")
    }
  }

  /// A second replacement, after one that was killed before the new run had saved itself, keeps the
  /// run that has results.
  @Test func theRunWithResultsIsTheOneThatIsKept() throws {
    do {
      let run = try RunFolder.create(folder.path, overwrite: true)
      try run.write("seed: 2\n", to: "config.yaml")
    }
    let run = try RunFolder.create(folder.path, overwrite: true)
    #expect(folder.text(".replaced/supernet.h5") == "the earlier supernet")
    #expect(run.giveUp() == .earlierRun)
    #expect(Self.files(folder) == earlier)
  }
}
