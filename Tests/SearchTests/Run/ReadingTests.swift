import AtomicFiles
import Configuration
import Foundation
import ImageData
import RunFixtures
import Runs
import Supernet
import TestSupport
import Testing

@testable import Search

/// A run that is opened for reading: no lock, and no byte of its folder changes.
@Suite(.serialized) struct ReadingTests {
  private func contents(_ folder: String) throws -> [String: Data?] {
    var result: [String: Data?] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      result[name] = FileManager.default.contents(atPath: folder + "/" + name)
    }
    return result
  }

  private func read(_ small: SmallRun, _ name: String) throws -> SearchRun {
    try SearchRun.resume(
      RunFolder.read(small.folder.file(name)),
      configuration: small.configuration,
      services: .init(reporter: SilentReporter(), interruption: Interruption())
    )
  }

  @Test func samplingChangesNothingAndNeedsNoLock() throws {
    var small = try SmallRun()
    // So that other settings may be asked for.
    small.configuration.family.tuning.epochs = 0
    let held = try small.start("run")
    try held.train()
    // What a kill leaves: a line past the checkpoint, and a part of a file.
    try FileHandle(forWritingAtPath: small.folder.file("run/metrics.jsonl")).map { log in
      try log.seekToEnd()
      try log.write(contentsOf: Data("{\"phase\": \"late\"}\n".utf8))
    }
    try small.folder.put("part", "run/checkpoint-00000099.h5" + AtomicFile.temporarySuffix)
    let before = try contents(small.folder.file("run"))

    // `held` still has the lock.
    let (first, second) = (try read(small, "run"), try read(small, "run"))
    #expect(first.isFinished)
    let settings = FamilySettings(samples: 5, finalists: 3, seed: 77)
    for (run, name) in [(first, "first.h5"), (second, "second.h5")] {
      _ = try run.sampleFamily(settings, to: small.folder.file(name), overwrite: false)
    }
    #expect(!small.folder.bytes("first.h5").isEmpty)
    #expect(small.folder.bytes("first.h5") == small.folder.bytes("second.h5"))
    #expect(try contents(small.folder.file("run")) == before)
    #expect(throws: RunError.self) { try first.train() }
    #expect(throws: StorageError.self) { try first.folder.write("x", to: "config.yaml") }
    #expect(held.isFinished)
  }

  @Test func anUnfinishedRunIsNotSampled() throws {
    let small = try SmallRun()
    #expect(throws: Interrupted.self) {
      try small.start("run", interruption: Interruption(stoppingAtLook: 3)).train()
    }
    let run = try read(small, "run")
    #expect(!run.isFinished)
    #expect(throws: RunError.self) {
      try run.sampleFamily(
        FamilySettings(small.configuration),
        to: small.folder.file("family.h5"),
        overwrite: false
      )
    }
    #expect(!small.folder.exists("family.h5"))
  }

  /// A log that cannot be shortened ends the resume: going on would log steps twice.
  @Test func aLogThatCannotBeShortenedIsAnError() throws {
    let small = try SmallRun()
    #expect(throws: Interrupted.self) {
      try small.start("run", interruption: Interruption(stoppingAtLook: 8)).train()
    }
    let log = small.folder.bytes("run/metrics.jsonl")
    try small.folder.put(log + Array("{\"phase\": \"late\"}\n".utf8), "run/metrics.jsonl")
    let refusing = RefusingStorage()
    let error = #expect(throws: StorageError.self) {
      try small.resume("run", storage: refusing)
    }
    #expect(error?.description.contains("metrics.jsonl") == true)
    try small.resume("run").train()
    let whole = small.folder.text("run/metrics.jsonl")
    #expect(!whole.contains("late") && whole.hasPrefix(String(decoding: log, as: UTF8.self)))
  }

  /// Predictions of the reference belong to images, not to places in a list.
  @Test func aReferenceAnswersForItsImagesOnly() throws {
    var small = try SmallRun()
    let data = try ImageDataset.open(small.configuration.data.file)
    let indices = data.indices(of: .search)
    let classes = indices.map { ($0 + 1) % 3 }
    small.configuration.search.reference = try small.folder.put(
      classes.map { "\($0)\n" }.joined(),
      "reference.txt"
    )
    let reference = try #require(try ReferencePredictions(small.configuration, data: data))
    func set(_ indices: [Int]) -> ImageSet {
      ImageSet(
        digest: "\(indices)",
        labels: indices.map { data.labels[$0] },
        indices: indices,
        batchCount: 0
      ) { _ in throw Interrupted(signal: 0, folder: "") }
    }
    let some = [indices[7], indices[2], indices[30]]
    let predictions = try reference.predictions(for: set(some))
    #expect(predictions.classes == some.map { Int32(($0 + 1) % 3) })
    #expect(!reference.coversTest)
    let outside = try #require(data.indices(of: .train).first)
    let error = #expect(throws: RunError.self) {
      try reference.predictions(for: set([indices[0], outside]))
    }
    #expect("\(error!)".contains("no prediction for image \(outside)"))
  }
}

/// The real disk, but no file can be shortened.
private struct RefusingStorage: PatchedStorage {
  func truncate(_ path: String, to size: Int) throws(StorageFault) { throw StorageFault(EIO) }
}
