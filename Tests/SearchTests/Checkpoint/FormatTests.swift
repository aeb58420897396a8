import Families
import Foundation
import HDF5
import ImageData
import RunFixtures
import Supernet
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
    let shape = ImageData.ImageShape(height: 4, width: 4, channels: 1)
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
    let folder = Self.kept + "/version-1"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try smallCheckpoint(1).snapshot().write(to: folder + "/search.h5")
    try smallFamily(to: folder + "/family.h5")
    try smallSupernet(to: folder + "/supernet.h5")
    try DatasetWriter(
      sizes: SplitSizes(train: 6, search: 3, test: 3),
      seed: 1,
      overwrite: true,
      createdBy: Program.identity
    ).write(TinyImages(), to: folder + "/dataset.h5")
  }

  @Test func version1() throws {
    let folder = Self.kept + "/version-1"
    let checkpoint = try Checkpoint(path: folder + "/search.h5")
    #expect(try content(checkpoint) == content(smallCheckpoint(1)))
    let summary = try CheckpointSummary(checkpoint)
    #expect(summary.phase == "members" && summary.updatesOfMember == 1)
    #expect(summary.supernetStep == 5)

    let fresh = try TemporaryFolder()
    try smallFamily(to: fresh.file("family.h5"))
    try smallSupernet(to: fresh.file("supernet.h5"))
    #expect(
      try FamilyFile.readReport(folder + "/family.h5").json()
        == FamilyFile.readReport(fresh.file("family.h5")).json()
    )
    #expect(
      try FamilyFile.largestPredictions(folder + "/family.h5", split: "test") == [3, 2, 1, 0]
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

  @Test(.enabled(if: hasH5py, "needs h5py: apt install python3-h5py"))
  func aCheckpointRewrittenByH5pyLoads() throws {
    let folder = try TemporaryFolder()
    try smallCheckpoint(1).snapshot().write(to: folder.file("ours.h5"))
    let status = try python(
      """
      import h5py, sys
      def copy(source, target):
        for name, value in source.attrs.items(): target.attrs[name] = value
        for name, child in source.items():
          if isinstance(child, h5py.Group): copy(child, target.create_group(name))
          else:
            made = target.create_dataset(name, data=child[()], dtype=child.dtype)
            for key, value in child.attrs.items(): made.attrs[key] = value
      with h5py.File(sys.argv[1]) as source, h5py.File(sys.argv[2], "w") as target:
        copy(source, target)
      """,
      folder.file("ours.h5"),
      folder.file("theirs.h5")
    )
    #expect(status == 0)
    #expect(folder.bytes("theirs.h5") != folder.bytes("ours.h5"))
    #expect(try content(Checkpoint(path: folder.file("theirs.h5"))) == content(smallCheckpoint(1)))
  }
}

private let hasH5py = (try? python("import h5py")) == 0

@discardableResult
private func python(_ program: String, _ arguments: String...) throws -> Int32 {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
  process.arguments = ["-c", program] + arguments
  process.standardError = FileHandle.nullDevice
  try process.run()
  process.waitUntilExit()
  return process.terminationStatus
}
