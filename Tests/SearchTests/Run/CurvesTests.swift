import AtomicFiles
import Foundation
import RunFixtures
import TestSupport
import Testing

@testable import Runs
@testable import Search
@testable import TensorBoard

/// Curves for TensorBoard beside a run's log. Serialised: libtorch's settings are of the process.
@Suite(.serialized) struct CurvesTests {
  private func smallRun() throws -> SmallRun {
    var small = try SmallRun()
    small.configuration.runtime.tensorboard = true
    return small
  }

  /// `phase step name value` of all values that are to be seen.
  private func curves(_ small: SmallRun, _ run: String) -> [String] {
    let path = run + "/tensorboard"
    return small.folder.names(path).flatMap { phase in
      small.folder.names("\(path)/\(phase)").flatMap { name in
        EventRecord.events(small.folder.bytes("\(path)/\(phase)/\(name)")).flatMap { event in
          event.summary.value.map { "\(phase) \(event.step) \($0.tag) \($0.simpleValue)" }
        }
      }
    }.sorted()
  }

  private func logged(_ small: SmallRun, _ run: String) -> [String] {
    MetricsLine.phases(of: small.folder.text(run + "/metrics.jsonl")).flatMap { phase, lines in
      lines.flatMap { line in
        line.values.map { "\(phase) \(line.step) \($0.name) \(Float($0.value))" }
      }
    }.sorted()
  }

  @Test func aStoppedRunShowsEachStepOnce() throws {
    let small = try smallRun()
    var stops = 0
    var isDone = false
    while !isDone {
      let interruption = Interruption(stoppingAtLook: 2 + 4 * stops)
      do {
        let run =
          try stops == 0
          ? small.start("run", interruption: interruption)
          : small.resume("run", interruption: interruption)
        try run.train()
        isDone = true
      } catch is Interrupted {
        stops += 1
        #expect(curves(small, "run") == logged(small, "run"))
      }
    }
    #expect(stops > 2)
    let shown = curves(small, "run")
    #expect(shown == logged(small, "run") && !shown.isEmpty)
    #expect(small.folder.names("run/tensorboard").contains("controller-1"))
  }

  @Test func aFinishedRunGetsItsCurves() throws {
    var small = try SmallRun()
    try small.start("run").train()
    #expect(!small.folder.exists("run/tensorboard"))
    small.configuration.runtime.tensorboard = true
    try small.resume("run").beginCurves()
    let shown = curves(small, "run")
    #expect(shown == logged(small, "run") && !shown.isEmpty)
  }

  /// A folder of curves that cannot be made, and a disk that is full for them alone.
  @Test func aRunGoesOnWithoutItsCurves() throws {
    let small = try smallRun()
    try small.folder.put("in the way", "file/tensorboard")
    let reporter = NoteKeeper()
    try small.start("file", reporter: reporter).train()
    #expect(reporter.notes.count { $0.contains("the curves for TensorBoard end here") } == 1)
    #expect(small.folder.text("file/tensorboard") == "in the way")

    let full = NoteKeeper()
    try small.start("full", storage: NoRoomForEvents(), reporter: full).train()
    #expect(full.notes.count { $0.contains("the curves for TensorBoard end here") } == 1)
    #expect(
      small.folder.bytes("file/metrics.jsonl") == small.folder.bytes("full/metrics.jsonl")
    )
    #expect(curves(small, "full").contains { $0.hasPrefix("controller-1 ") })
  }

  @Test func curvesGoWithTheRunThatIsReplaced() throws {
    let small = try smallRun()
    try folderWithTwoCheckpoints(small.folder)
    _ = try EventFolder(
      small.folder.file("tensorboard"),
      log: "{\"phase\": \"supernet\", \"step\": 1, \"a\": 1}\n"
    )
    let event = "tensorboard/supernet/events.tfevents.00000001"
    func replacing(_ body: (RunFolder) throws -> Void) throws {
      let run = try RunFolder.create(small.folder.path, overwrite: true)
      #expect(small.folder.exists(".replaced/" + event) && !small.folder.exists(event))
      try run.write("seed: 2\n", to: "config.yaml")
      try body(run)
    }
    try replacing { #expect($0.giveUp() == .earlierRun) }
    #expect(small.folder.exists(event))
    try replacing { try CheckpointStore($0, keep: 2).save(smallCheckpoint(7).snapshot()) }
    #expect(!small.folder.exists(".replaced") && !small.folder.exists("tensorboard"))
  }

  /// Other programs have a `config.yaml` and a `tensorboard` too.
  @Test func foldersOfOtherProgramsStay() throws {
    let folder = try TemporaryFolder()
    try folder.put("site_name: docs\n", "docs/config.yaml")
    try folder.makeFolder("docs/tensorboard")
    for name in ["events.out.tfevents.17.host", "supernet/mine"] {
      #expect(throws: RunError.fileInTheWay(folder.file("docs/config.yaml"))) {
        try RunFolder.checkCreation(folder.file("docs"), overwrite: true)
      }
      try folder.put("theirs", "docs/tensorboard/\(name)")
    }
  }
}

/// The real disk, without room for what curves append to their files.
private struct NoRoomForEvents: PatchedStorage {
  func create(_ path: String) throws(StorageFault) -> Int32 {
    guard !path.contains("controller-2/events") else { throw StorageFault(ENOSPC) }
    return try SystemStorage().create(path)
  }
}
