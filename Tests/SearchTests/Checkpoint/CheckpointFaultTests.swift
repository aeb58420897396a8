import AtomicFiles
import Foundation
import HDF5
import RunFixtures
import Runs
import TestSupport
import Testing

@testable import Search

/// What the system may answer to each call of a save, one after the other.
@Suite struct CheckpointFaultTests {
  private func save(
    _ number: Int,
    in folder: TemporaryFolder,
    _ storage: ScriptedStorage = ScriptedStorage()
  ) throws {
    let run = try RunFolder.open(folder.path, storage: storage)
    try CheckpointStore(run, keep: 2).save(smallCheckpoint(number).snapshot())
  }

  private func newest(_ folder: TemporaryFolder) throws -> [String: [UInt8]] {
    let (checkpoint, _, skipped) = try CheckpointStore(
      RunFolder.open(folder.path),
      keep: 2
    ).newest()
    #expect(skipped.isEmpty)
    return try content(checkpoint)
  }

  /// Calls of a save in which nothing goes wrong.
  private func callCount() throws -> Int {
    let folder = try TemporaryFolder()
    try folderWithTwoCheckpoints(folder)
    let storage = ScriptedStorage()
    try save(3, in: folder, storage)
    return storage.calls
  }

  @Test(arguments: [ENOSPC, EIO], [false, true])
  func aFailureAtAnyCallLeavesEarlierCheckpoints(code: Int32, lasting: Bool) throws {
    let calls = try callCount()
    #expect(calls > 10)
    for failing in 1...calls {
      let folder = try TemporaryFolder()
      try folderWithTwoCheckpoints(folder)
      let before = ["checkpoint-00000001.h5", "checkpoint-00000002.h5"].map(folder.bytes)
      let storage = ScriptedStorage { call in
        call == failing || (lasting && call > failing) ? .code(code) : nil
      }
      do {
        try save(3, in: folder, storage)
        // Only what needs no success may fail unnoticed: removing the oldest.
        #expect(failing >= calls, "call \(failing)")
      } catch let error as StorageError {
        #expect(error.code == code)
        #expect(error.path.hasPrefix(folder.path))
        #expect(
          before == ["checkpoint-00000001.h5", "checkpoint-00000002.h5"].map(folder.bytes)
        )
      }
      #expect(
        [try content(smallCheckpoint(2)), try content(smallCheckpoint(3))]
          .contains(try newest(folder))
      )
      // Space returns.
      try save(4, in: folder)
      #expect(try newest(folder) == content(smallCheckpoint(4)))
      #expect(!folder.names().contains { $0.hasSuffix(AtomicFile.temporarySuffix) })
    }
  }

  @Test func interruptionsAndShortWritesChangeNothing() throws {
    let calls = try callCount()
    let whole = try TemporaryFolder()
    try folderWithTwoCheckpoints(whole)
    try save(3, in: whole)
    for failing in 1..<calls {
      let folder = try TemporaryFolder()
      try folderWithTwoCheckpoints(folder)
      try save(3, in: folder, ScriptedStorage { $0 == failing ? .code(EINTR) : .shortWrite })
      #expect(
        folder.bytes("checkpoint-00000003.h5") == whole.bytes("checkpoint-00000003.h5")
      )
      #expect(folder.names() == whole.names())
    }
  }

  @Test func metricsWaitForSpace() throws {
    let folder = try TemporaryFolder()
    let storage = ScriptedStorage { (2...4).contains($0) ? .code(ENOSPC) : .shortWrite }
    let log = MetricsLog(folder.file("metrics.jsonl"), storage: storage)
    log.append(phase: "supernet", step: 1, [("loss", 0.5)])
    log.append(phase: "supernet", step: 2, [("loss", .nan)])
    let error = #expect(throws: StorageError.self) { try log.flush() }
    #expect(error?.code == ENOSPC)
    let size = log.size
    try log.flush()
    let expected =
      #"{"phase": "supernet", "step": 1, "loss": 0.5}"# + "\n"
      + #"{"phase": "supernet", "step": 2, "loss": null}"# + "\n"
    #expect(folder.bytes("metrics.jsonl") == Array(expected.utf8))
    #expect(size == expected.utf8.count)
    log.append(phase: "supernet", step: 3, [])
    try log.truncate(to: size)
    #expect(folder.bytes("metrics.jsonl") == Array(expected.utf8))
  }
}

/// Power failures between any two calls of a save.
@Suite struct CheckpointCrashTests {
  @Test func afterACrashTheOldOrTheNewCheckpointLoads() throws {
    let folder = try TemporaryFolder()
    try folderWithTwoCheckpoints(folder)
    let names = folder.names().filter { $0 != ".lock" }
    let files = Dictionary(uniqueKeysWithValues: names.map { ($0, folder.bytes($0)) })
    let storage = ScriptedStorage()
    try CheckpointStore(RunFolder.open(folder.path, storage: storage), keep: 2)
      .save(smallCheckpoint(3).snapshot())
    let log = storage.log
    let isSafe = try #require(
      log.lastIndex { if case .synchronize(folder.path) = $0 { true } else { false } }
    )
    let (old, new) = (try content(smallCheckpoint(2)), try content(smallCheckpoint(3)))

    var disk = SimulatedDisk(folder: folder.path, files: files)
    var loadedOld = 0
    for prefix in 0...log.count {
      if prefix > 0 { disk.apply(log[prefix - 1]) }
      for crash in disk.crashes() {
        let after = try TemporaryFolder()
        for (name, bytes) in crash { try after.put(bytes, name) }
        let run = try RunFolder.open(after.path)
        let (checkpoint, _, skipped) = try CheckpointStore(run, keep: 2).newest()
        let found = try content(checkpoint)
        #expect(found == new || (found == old && prefix <= isSafe), "after \(prefix) operations")
        #expect(skipped.isEmpty)
        #expect(!after.names().contains { $0.hasSuffix(AtomicFile.temporarySuffix) })
        if found == old { loadedOld += 1 }
      }
    }
    #expect(loadedOld > 10)
  }
}
