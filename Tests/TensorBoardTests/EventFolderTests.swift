import AtomicFiles
import TestSupport
import Testing

@testable import TensorBoard

@Suite struct EventFolderTests {
  private let folder: TemporaryFolder
  private let log = """
    {"phase": "supernet", "step": 10, "loss/largest": 2.5, "accuracy": 1.0}
    {"phase": "supernet", "step": 20, "loss/largest": null, "accuracy": 0.5}
    {"phase": "controller-1", "step": 1, "reward/mean": 0.25}

    """

  init() throws { folder = try TemporaryFolder() }

  private func begin(
    _ log: String,
    at time: Double,
    storage: any Storage = SystemStorage()
  ) throws -> EventFolder {
    try EventFolder(folder.file("curves"), log: log, storage: storage, now: { time })
  }

  /// The events of a phase's only file, every byte of which is part of a whole record.
  private func events(_ phase: String) throws -> [TensorBoardEvent] {
    let names = folder.names("curves/\(phase)")
    try #require(names.count == 1 && names[0].contains("tfevents"))
    let bytes = folder.bytes("curves/\(phase)/\(names[0])")
    let events = EventRecord.events(bytes)
    #expect(try events.flatMap(EventRecord.bytes) == bytes)
    try #require(events.count >= 2)
    #expect(events[0].what == .fileVersion("brain.Event:2"))
    #expect(events[1].sessionLog.status == .start && events[1].step == 0)
    return Array(events.dropFirst(2))
  }

  private func text(_ event: TensorBoardEvent) -> String {
    event.summary.value.reduce("\(event.step) at \(event.wallTime):") {
      $0 + " \($1.tag) \($1.simpleValue)"
    }
  }

  /// The check values of RFC 3720, B.4, and of the catalogue of CRCs.
  @Test func checksums() {
    #expect(CRC32C.of("123456789".utf8) == 0xE306_9283)
    #expect(CRC32C.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.of([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    // What every event file of TensorFlow begins with: the length of its first event.
    #expect(CRC32C.masked([24, 0, 0, 0, 0, 0, 0, 0]) == 0x224B_7FA3)
  }

  @Test func curvesAreTheLogAndWhatFollows() throws {
    let curves = try begin(log, at: 100)
    try curves.append(phase: "supernet", step: 30, [("loss/largest", 1), ("accuracy", .nan)])
    try curves.append(phase: "tuning", step: 1, [("loss", 4)])
    #expect(folder.names("curves") == ["controller-1", "supernet", "tuning"])
    #expect(
      try events("supernet").map(text) == [
        "10 at 100.0: accuracy 1.0 loss/largest 2.5", "20 at 100.0: accuracy 0.5",
        "30 at 100.0: loss/largest 1.0",
      ]
    )
    #expect(try events("controller-1").map(text) == ["1 at 100.0: reward/mean 0.25"])
    #expect(try events("tuning").map(text) == ["1 at 100.0: loss 4.0"])
  }

  @Test func eachStartBeginsANewFileWithTheWholeHistory() throws {
    try begin(log, at: 100).append(phase: "supernet", step: 30, [("accuracy", 0.75)])
    let first = folder.names("curves/supernet")
    // The run went back to step 20 of its supernet, and gets to 30 again.
    let lines = log.split(separator: "\n")
    let curves = try begin(lines[0] + "\n" + lines[1], at: 200)
    let second = folder.names("curves/supernet")
    #expect(second.count == 1 && second[0] > first[0])
    #expect(folder.names("curves") == ["supernet"])
    try curves.append(phase: "supernet", step: 30, [("accuracy", 0.75)])
    #expect(
      try events("supernet").map(text) == [
        "10 at 100.0: accuracy 1.0 loss/largest 2.5", "20 at 100.0: accuracy 0.5",
        "30 at 200.0: accuracy 0.75",
      ]
    )
  }

  /// As a process leaves a file that is killed while it writes, or a disk that is full.
  @Test func recordsThatWereCutAreMadeAnew() throws {
    _ = try begin(log, at: 100)
    let name = "curves/supernet/" + folder.names("curves/supernet")[0]
    let whole = folder.bytes(name)
    for length in [0, 11, whole.count - 1] {
      try folder.put(Array(whole.prefix(length)), name)
      _ = try begin(log, at: 100)
      #expect(try events("supernet").count == 2, "\(length)")
    }
    var damaged = folder.bytes("curves/supernet/" + folder.names("curves/supernet")[0])
    let count = EventRecord.events(damaged).count
    damaged[damaged.count - 10] ^= 1
    #expect(EventRecord.events(damaged).count == count - 1)
  }

  @Test func whatOthersHavePutThereStays() throws {
    _ = try begin(log, at: 100)
    #expect(EventFolder.isOwn(folder.file("curves")))
    try folder.put("mine", "curves/supernet/notes.txt")
    try folder.put("mine", "curves/other/events.out.tfevents.17.host")
    #expect(!EventFolder.isOwn(folder.file("curves")))
    _ = try begin("", at: 200)
    EventFolder.remove(folder.file("curves"), storage: SystemStorage())
    #expect(folder.names("curves") == ["other", "supernet"])
    #expect(folder.names("curves/supernet") == ["notes.txt"])
    #expect(folder.names("curves/other").count == 1)
  }

  @Test func namesThatAreNoFoldersAreLeftOut() throws {
    let curves = try begin("{\"phase\": \"../up\", \"step\": 1, \"a\": 1}\nnoise\n", at: 100)
    try curves.append(phase: "../up", step: 2, [("a", 1)])
    #expect(folder.names() == ["curves"] && folder.names("curves").isEmpty)
  }
}
