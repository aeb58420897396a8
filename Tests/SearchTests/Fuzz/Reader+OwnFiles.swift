import Decisions
import Families
import FlipMetrics
import Foundation
import HDF5
import ImageArrays
import ImageData
import Latency
import Runs
import SearchSpaces

@testable import Search
@testable import Study
@testable import Supernet

extension Reader {
  private typealias Read = @Sendable (_ path: String) throws -> Void

  private static func seeds(_ kind: String) -> [[UInt8]] {
    files("Formats/version-1", ending: "\(kind).h5")
  }

  private static let kinds: [(kind: String, seeds: [[UInt8]], read: Read)] = [
    ("search", seeds("search"), { _ = try CheckpointSummary(Checkpoint(path: $0)).description }),
    (
      "family", files("Formats/version-2", ending: "family.h5") + seeds("family"),
      { path in
        // What is accepted can be rebuilt.
        for member in try Family(contentsOf: path).members where (try? member.description) != nil {
          _ = try member.network()
        }
        _ = try FamilyFile.readReport(path)
        _ = try StoredPredictions(contentsOf: path, split: "test")
      }
    ),
    ("supernet", seeds("supernet"), { _ = try Supernet.read($0) }),
    (
      "dataset", seeds("dataset"),
      { path in
        let dataset = try ImageDataset.open(path)
        try dataset.verify()
        _ = dataset.info
      }
    ),
    (
      "latency", [(try? latencyImage()) ?? []], { _ = try LatencyTable.read($0).worstRelativeError }
    ),
    (
      "cell", [(try? image { try StudyCellFile.write(cell, labels: labels, to: $0) }) ?? []],
      { _ = try StudyCellFile.read($0, labels: labels) }
    ),
    (
      "predictions", [(try? predictionsImage()) ?? []],
      {
        for split in try PredictionsFile.summary($0).splits {
          _ = try StoredPredictions(contentsOf: $0, split: split)
        }
      }
    ),
    (
      "labels", [(try? image { try labels.write(to: $0) }) ?? []],
      { _ = try StudyLabels(contentsOf: $0) }
    ),
  ]

  /// HDF5 files as we write them, sealed, their bytes changed. Without its seal a file would be read
  /// by another process first, which is not what is tried here.
  static let ownFiles = kinds.map { kind in
    Reader(
      name: kind.kind,
      fileName: "\(kind.kind).h5",
      seeds: kind.seeds,
      read: { folder in
        struct Unsealed: Error {}
        let refusal = UnsealedFiles.Check { _ in throw Unsealed() }
        try UnsealedFiles.$check.withValue(refusal) {
          try kind.read("\(folder)/\(kind.kind).h5")
        }
      }
    )
  }

  /// The same, and a data set of another program, with their objects changed under a valid seal.
  static let editedFiles =
    (kinds + [arrays, strategies]).map { kind in
      let tree = kind.seeds.first.flatMap { try? FileTree($0) }
      return Reader(
        name: "edited \(kind.kind)",
        fileName: "edits",
        seeds: tree.map(FileEdits.seeds) ?? [],
        read: { folder in
          guard var tree else { return }
          let script = FileManager.default.contents(atPath: folder + "/edits") ?? Data()
          var edits = FileEdits(Array(script))
          edits.apply(to: &tree)
          let path = "\(folder)/\(kind.kind).h5"
          try Data(tree.image()).write(to: URL(fileURLWithPath: path))
          try kind.read(path)
        }
      )
    }

  private static func latencyImage() throws -> [UInt8] {
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-small")
    let table = LatencyTable(
      space: try SpaceDescription(space),
      device: DeviceIdentity(kind: "cpu", model: "m", threads: 1, libtorch: "1"),
      batch: 1,
      precision: .float32,
      costs: CostTable(
        name: "latency",
        constant: 7,
        terms: [.init(scope: [0], values: space.decisions.decisions[0].choices.indices.map { $0 })]
      ),
      checks: [.init(architecture: space.largest, measured: 10, predicted: 11)]
    )
    return try image { try table.write(to: $0) }
  }

  /// What `write` leaves in a file.
  private static func image(_ write: (_ path: String) throws -> Void) throws -> [UInt8] {
    let path = NSTemporaryDirectory() + "regnas-fuzz-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try write(path)
    return Array(FileManager.default.contents(atPath: path) ?? Data())
  }

  private static let labels = StudyLabels(
    name: "small",
    dataDigest: "d",
    searchDigest: "s",
    testDigest: "t",
    classNames: ["a", "b", "c"],
    search: [0, 1, 2],
    test: [2, 1, 0, 0]
  )

  private static var cell: StudyCell {
    StudyCell(
      key: .init(space: "mobilenetv3-small", seed: 3, method: .init(.pctKL, hasEqualCost: true)),
      identity: ["method": "pct-kl", "data-sha256": "d"],
      architectures: ["1.00", "1.01"],
      macs: [10, 20],
      search: [[0, 1, 1], [0, 1, 2]],
      test: [[2, 2, 0, 0], [2, 1, 0, 0]],
      cost: .init(training: 1e9, search: 2e6, epochs: 3),
      computer: "a test"
    )
  }

  private static func predictionsImage() throws -> [UInt8] {
    let predictions = try Predictions(
      classes: [0, 1, 1],
      labels: [0, 1, 2],
      probabilities: .init(predicted: [0.5, 0.75, 1], trueClass: [0.5, 0.75, 0])
    )
    return try image {
      try PredictionsFile.write(
        [.init("test", predictions, digest: "d")],
        classNames: ["a", "b", "c"],
        identity: ["kind": "test"],
        to: $0
      )
    }
  }

  private static func arraysImage() throws -> [UInt8] {
    let file = try HDF5File.createInMemory()
    let pixels = (0..<6 * 4 * 4).map { UInt8($0) }
    try file.root.write("images", pixels, shape: [6, 4, 4, 1])
    try file.root.write("labels", [0, 1, 2, 0, 1, 2] as [Int64])
    let test = try file.root.createGroup("test")
    try test.write("images", Array(pixels.prefix(32)), shape: [2, 4, 4, 1])
    try test.write("labels", [0, 1] as [UInt8])
    return try file.image()
  }

  private static let strategies: (kind: String, seeds: [[UInt8]], read: Read) = (
    "strategies", [(try? strategiesImage()) ?? []], { try readStrategies($0) }
  )

  private static let arrays: (kind: String, seeds: [[UInt8]], read: Read) = (
    "arrays", [(try? arraysImage()) ?? []], { try readArrays($0) }
  )

  private static func readArrays(_ path: String) throws {
    let source = try ArraySource(
      training: .init(file: path, images: "images", labels: "labels"),
      test: .init(file: path, images: "test/images", labels: "test/labels")
    )
    try source.read { _, _ in }
  }
}
