import Families
import Foundation
import HDF5
import ImageData
import RunFixtures
import Runs
import Supernet
import SupernetFixtures
import TensorFiles
import TestSupport
import Testing
import Torch

@testable import Search

/// Files of every format version that was ever written, kept in `Tests/Fixtures/Formats`: today's
/// readers read them. `Scripts/golden-files` writes those of the present version.
@Suite struct FormatTests {
  private static let kept = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Fixtures/Formats").standardized.path

  /// Four images of 4 x 4 pixels in each of three classes.
  private final class TinyImages: ImageSource {
    let importer = "tiny"
    let options = ""
    let path = "tiny"
    let shape = ImageShape(height: 4, width: 4, channels: 1)
    let count = 12
    let testCount = 3
    let classNames: [String]? = ["T-shirt", "Größe", "靴"]
    let files: [SourceFile] = []

    static let pixels = (0..<12 * 16).map { UInt8($0) }
    static let labels = (0..<12).map { Int32($0 % 3) }

    func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
      try body(Self.pixels, Self.labels)
    }
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["WRITE_GOLDEN_FILES"] != nil))
  func write() throws {
    // Families are the only files with a second version: checkpoints, supernets and data sets are
    // still written in their first.
    let folder = Self.kept + "/version-2"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try smallFamily(to: folder + "/family.h5")
  }

  @Test func version1() throws {
    let folder = Self.kept + "/version-1"
    let checkpoint = try Checkpoint(path: folder + "/search.h5")
    #expect(try content(checkpoint) == content(smallCheckpoint(1)))
    let summary = try CheckpointSummary(checkpoint)
    #expect(summary.phase == "members" && summary.updatesOfMember == 1)
    #expect(summary.supernetStep == 5)

    let fresh = try TemporaryFolder()
    try smallSupernet(to: fresh.file("supernet.h5"))
    #expect(
      try FamilyFile.readReport(folder + "/family.h5").json()
        == smallReport(space: "s", architecture: "0.1").json()
    )
    #expect(
      try StoredPredictions(contentsOf: folder + "/family.h5", split: "test").classes
        == [3, 2, 1, 0]
    )
    func weights(_ path: String) throws -> [String: [UInt8]] {
      try Supernet.read(path).state().mapValues { try $0.bytes() }
    }
    #expect(
      try weights(folder + "/supernet.h5") == weights(fresh.file("supernet.h5"))
    )

    let images = try ImageDataset.open(folder + "/dataset.h5")
    try images.verify()
    #expect(images.classNames == ["T-shirt", "Größe", "靴"])
    #expect(images.labels == TinyImages.labels)
    #expect(images.indices(of: .train).count == 6)
  }

  @Test func version2() throws {
    let path = Self.kept + "/version-2/family.h5"
    let (found, expected) = (try Family(contentsOf: path), try smallFamily())
    #expect(try found.report.json() == expected.report.json())
    #expect(found.decisions == expected.decisions)
    #expect(found.provenance == expected.provenance)
    #expect(found.images == expected.images)
    #expect(found.reference == expected.reference)
    #expect(found.sampling == expected.sampling)
    #expect(found.evaluations == expected.evaluations)
    let space = try #require(found.space)
    #expect(try SpaceDescription(space) == SpaceDescription(leastSpace()))
    #expect(found.members.count == 1)
    for (found, expected) in zip(found.members, expected.members) {
      #expect(found.architecture == expected.architecture)
      #expect(found.search == expected.search)
      #expect(found.test == expected.test)
      #expect(
        try found.weights.mapValues { try $0.bytes() }
          == expected.weights.mapValues { try $0.bytes() }
      )
      #expect(try found.network().tensors.count == found.weights.count)
    }
    #expect(try FamilyFile.readReport(path).json() == expected.report.json())
    let predictions = try StoredPredictions(contentsOf: path, split: "search")
    #expect(predictions.classes == [0, 1, 1, 1] && predictions.labels == [0, 1, 0, 1])
    #expect(predictions.splitDigest == nil && predictions.classNames == ["T-shirt", "Größe"])
  }

  /// A newer format that says that this reader understands it is read; one that says it does not is
  /// refused with the remedy.
  @Test func newerVersions() throws {
    let folder = try TemporaryFolder()
    for (minimum, isRead) in [(1, true), (2, false)] {
      let path = folder.file("\(minimum).h5")
      let header = FileHeader(
        format: Checkpoint.format,
        version: 2,
        minimumReaderVersion: minimum,
        createdBy: "regnas 9",
        configurationDigest: ""
      )
      let snapshot = try smallCheckpoint(1).snapshot()
      try Artefact.write(header, to: path) { root in
        let texts = try root.createGroup("texts")
        for (name, text) in snapshot.texts { try texts.write(name, strings: [text], shape: []) }
        try root.createGroup("tensors").write(tensors: snapshot.tensors)
        try root.write("something-new", scalar: Int64(1))
      }
      if isRead {
        #expect(try content(Checkpoint(path: path)) == content(smallCheckpoint(1)))
      } else {
        let error = #expect(throws: HDF5Error.self) { try Checkpoint(path: path) }
        #expect(error?.description.contains("Use a newer regnas") == true)
      }
    }
  }

  @Test(.enabled(if: H5py.isInstalled, H5py.note))
  func aCheckpointRewrittenByH5pyLoads() throws {
    let folder = try TemporaryFolder()
    try smallCheckpoint(1).snapshot().write(to: folder.file("ours.h5"))
    try H5py.rewrite(folder.file("ours.h5"), as: folder.file("theirs.h5"))
    #expect(folder.bytes("theirs.h5") != folder.bytes("ours.h5"))
    #expect(try content(Checkpoint(path: folder.file("theirs.h5"))) == content(smallCheckpoint(1)))
  }
}
