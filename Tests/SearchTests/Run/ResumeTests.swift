import AtomicFiles
import Foundation
import HDF5
import RunFixtures
import Runs
import TestSupport
import Testing

@testable import Search

/// Runs that are stopped, or whose disk fails, end with the bytes of one that nothing happened to.
/// Serialised: libtorch's settings are of the process.
@Suite(.serialized) struct ResumeTests {
  private func differences(
    _ first: [String: [UInt8]],
    _ second: [String: [UInt8]]
  ) -> [String] {
    Set(first.keys).union(second.keys).filter { first[$0] != second[$0] }.sorted()
  }

  @Test func aRunStoppedAfterOneTwoThreeStepsEndsTheSame() throws {
    let small = try SmallRun()
    try small.start("whole").train()
    let whole = try small.results("whole")
    #expect(whole.values.allSatisfy { !$0.isEmpty })

    // The k-th process stops at its k-th step, so that all together stop at many different ones.
    var stops = 0
    var isDone = false
    while !isDone {
      let interruption = Interruption(stoppingAtLook: stops % 7 + 1 + stops / 7)
      do {
        let run =
          try stops == 0
          ? small.start("stopped", interruption: interruption)
          : small.resume("stopped", interruption: interruption)
        try run.train()
        isDone = true
      } catch let stop as Interrupted {
        #expect(stop.signal == SIGTERM)
        stops += 1
      }
    }
    #expect(stops > 8)
    #expect(try differences(small.results("stopped"), whole) == [])
  }

  /// Killed before a checkpoint knew of the trained supernet, or robbed of its checkpoints later.
  @Test func aRunWithoutCheckpointsGoesOnFromItsSupernet() throws {
    let small = try SmallRun()
    try small.start("whole").train()
    try small.start("robbed").train()
    func robbed(_ change: () throws -> Void = {}) throws {
      for name in small.folder.names("robbed") where name.hasPrefix("checkpoint-") {
        try small.folder.remove("robbed/" + name)
      }
      try? small.folder.remove("robbed/run.json")
      try change()
    }
    try robbed()
    let supernet = small.folder.bytes("robbed/supernet.h5")
    let reporter = NoteKeeper()
    try small.resume("robbed", reporter: reporter).train()
    #expect(reporter.notes.contains { $0.hasPrefix("no checkpoint: going on from the trained ") })
    #expect(small.folder.bytes("robbed/supernet.h5") == supernet)
    #expect(try differences(small.results("robbed"), small.results("whole")) == [])

    // One that is not its own is neither used nor written over.
    try robbed {
      var other = small
      other.configuration.seed = 99
      try other.start("other").train()
      try small.folder.put(small.folder.bytes("other/supernet.h5"), "robbed/supernet.h5")
    }
    let error = #expect(throws: RunError.self) { try small.resume("robbed") }
    #expect(error?.description.contains("made with other values of seed") == true)
    #expect(small.folder.bytes("robbed/supernet.h5") == small.folder.bytes("other/supernet.h5"))
  }

  /// What came into a folder from another run is neither used nor a reason to remove the run's own.
  @Test func checkpointsOfAnotherRunAreNamedAndDoNotCount() throws {
    let small = try SmallRun()
    try small.start("own").train()
    var other = small
    other.configuration.seed = 99
    try other.start("other").train()
    let newest = try #require(small.folder.names("own").last { $0.hasPrefix("checkpoint-") })
    let stranger = try #require(small.folder.names("other").last { $0.hasPrefix("checkpoint-") })
    try small.folder.put(small.folder.bytes("other/" + stranger), "own/checkpoint-00099999.h5")
    let listing = try CheckpointStore.listing(of: small.folder.file("own"))
    #expect(listing.last?.problem?.contains("is of another run") == true)
    let prunable = CheckpointStore.prunable(listing, keep: 1)
    #expect(!prunable.contains(newest) && !prunable.contains("checkpoint-00099999.h5"))
    let error = #expect(throws: RunError.self) { try small.resume("own") }
    #expect(error?.description.contains("checkpoint-00099999.h5 is of another run") == true)
  }

  @Test func aLogThatWasCutShortIsMendedAndSaid() throws {
    let small = try SmallRun()
    #expect(throws: Interrupted.self) {
      try small.start("cut", interruption: Interruption(stoppingAtLook: 6)).train()
    }
    let log = small.folder.bytes("cut/metrics.jsonl")
    try small.folder.put(Array(log.prefix(log.count / 2)), "cut/metrics.jsonl")
    let notes = NoteKeeper()
    try small.resume("cut", reporter: notes).train()
    #expect(notes.notes.contains { $0.contains("metrics.jsonl lacks ") })
    for line in small.folder.text("cut/metrics.jsonl").split(separator: "\n") {
      #expect(line.hasPrefix("{") && line.hasSuffix("}"))
    }
  }

  /// A limit of time counts while the supernet is built, too.
  @Test func aRunStoppedBeforeItsFirstStepBeginsAgain() throws {
    let small = try SmallRun()
    try small.start("whole").train()
    let interruption = Interruption()
    interruption.request(signal: 0)
    #expect(throws: Interrupted.self) {
      try small.start("early", interruption: interruption).train()
    }
    #expect(!small.folder.exists("early/checkpoint-00000001.h5"))
    #expect(!small.folder.exists("early/metrics.jsonl"))
    try small.resume("early").train()
    #expect(try differences(small.results("early"), small.results("whole")) == [])
  }

  @Test func aRunOutlivesAFullDisk() throws {
    let small = try SmallRun()
    try small.start("whole").train()
    let whole = try small.results("whole")
    let count = ScriptedStorage()
    try small.start("counted", storage: count).train()

    var (warned, ended) = (0, 0)
    for first in stride(from: 12, to: count.calls, by: max(1, count.calls / 5)) {
      let name = "full-\(first)"
      let keeper = NoteKeeper()
      // 25 calls: longer than any one save, so that some fail altogether.
      let storage = ScriptedStorage { (first..<first + 25).contains($0) ? .code(ENOSPC) : nil }
      do {
        try small.start(name, storage: storage, reporter: keeper).train()
      } catch let error as StorageError {
        // The end of a phase cannot do without its save.
        #expect(error.code == ENOSPC)
        ended += 1
        try small.resume(name, reporter: keeper).train()
      }
      if keeper.notes.contains(where: { $0.hasPrefix("warning: no checkpoint was saved (") }) {
        warned += 1
      }
      #expect(try differences(small.results(name), whole) == [], "\(name)")
    }
    #expect(warned > 0 && ended > 0)
  }

  @Test func aSaveThatWasAskedForIsTold() throws {
    var small = try SmallRun()
    small.configuration.checkpoint.every = 3600
    let keeper = NoteKeeper()
    let interruption = Interruption()
    interruption.requestSave()
    try small.start("asked", interruption: interruption, reporter: keeper).train()
    #expect(keeper.notes.contains("saved \(small.folder.file("asked/checkpoint-00000001.h5"))"))
  }

  /// Resuming on anything else than what the run stood on says what differs.
  @Test func otherInputsAreRefused() throws {
    var small = try SmallRun()
    let reference = small.folder.file("reference.txt")
    let test = small.folder.file("reference-test.txt")
    func write(_ classes: [Int], _ path: String) throws {
      try Data(classes.map { "\($0)\n" }.joined().utf8).write(to: URL(fileURLWithPath: path))
    }
    try write((0..<40).map { $0 % 3 }, reference)
    try write((0..<30).map { $0 % 3 }, test)
    small.configuration.search.reference = reference
    small.configuration.search.referenceTest = test
    #expect(throws: Interrupted.self) {
      try small.start("run", interruption: Interruption(stoppingAtLook: 6)).train()
    }
    func refusal(_ small: SmallRun) -> String {
      do {
        _ = try small.resume("run")
        return "none"
      } catch {
        return "\(error)"
      }
    }
    #expect(refusal(small) == "none")

    var other = small
    other.configuration.controller.updates = 3
    other.configuration.seed = 4
    #expect(refusal(other).contains("controller.updates: 2 in the checkpoint, 3 now"))
    #expect(refusal(other).contains("seed: 3 in the checkpoint, 4 now"))

    try write((0..<40).map { ($0 + 1) % 3 }, reference)
    #expect(refusal(small).contains("the file that search.reference names has changed"))
    try write((0..<40).map { $0 % 3 }, reference)
    #expect(refusal(small) == "none")

    let supernet = small.folder.bytes("run/supernet.h5")
    let donor = try SmallRun()
    var retrained = donor
    retrained.configuration.seed = 8
    try retrained.start("run").train()
    try small.folder.put(retrained.folder.bytes("run/supernet.h5"), "run/supernet.h5")
    #expect(refusal(small).contains("run/supernet.h5 has changed since the checkpoint"))
    try small.folder.put(supernet, "run/supernet.h5")

    // The same images, another choice of splits.
    let data = small.folder.file("data.h5")
    try SmallRun.writeData(to: data, seed: 2)
    #expect(refusal(small).contains("\(data) is not what the run began with"))
    // It is another data set before it is one that does not fit.
    try SmallRun.writeData(to: data, seed: 1, train: 8)
    #expect(refusal(small).contains("\(data) is not what the run began with"))
    try SmallRun.writeData(to: data, seed: 1)
    #expect(refusal(small) == "none")
  }
}
