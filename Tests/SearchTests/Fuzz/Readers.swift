import FlipMetrics
import Foundation
import HDF5
import ImageData
import Supernet

@testable import Search

/// Everything that reads bytes from outside. Each takes a file; it may throw, and that is all.
struct Reader {
  let name: String
  /// What the file is called in the folder it is put into.
  let fileName: String
  let seeds: [[UInt8]]
  let read: (_ folder: String) throws -> Void

  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Fixtures").standardized.path

  private static func files(_ folder: String, ending: String) -> [[UInt8]] {
    let path = "\(fixtures)/\(folder)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.sorted().filter { $0.hasSuffix(ending) }.compactMap {
      FileManager.default.contents(atPath: "\(path)/\($0)").map(Array.init)
    }
  }

  /// Sealed as we write them.
  private static func hdf5(_ kind: String, _ read: @escaping (String) throws -> Void) -> Reader {
    Reader(
      name: kind,
      fileName: "\(kind).h5",
      seeds: files("Formats/version-1", ending: "\(kind).h5"),
      read: { try read("\($0)/\(kind).h5") }
    )
  }

  private static func foreign(_ name: String, ending: String) -> Reader {
    Reader(
      name: name,
      fileName: "weights",
      seeds: files("Import", ending: ending),
      read: { folder in
        for tensor in try ForeignCheckpoint(contentsOf: "\(folder)/weights").tensors
        where tensor.count < 1 << 20 { _ = try tensor.floats() }
      }
    )
  }

  private static func contents(_ source: some ImageSource) throws {
    try source.read { _, _ in }
  }

  /// Without their seals, as another program would have written them: only `Scripts/fuzz` tries these,
  /// by name, since damage reaches the HDF5 library itself.
  static var unsealed: [Reader] {
    all.filter { $0.fileName.hasSuffix(".h5") }.map { reader in
      Reader(
        name: "unsealed " + reader.name,
        fileName: reader.fileName,
        seeds: reader.seeds.map { Array($0.dropFirst(512)) },
        read: reader.read
      )
    }
  }

  static var all: [Reader] {
    [
      hdf5("search") { path in
        _ = try CheckpointSummary(Checkpoint(path: path))
      },
      hdf5("family") { path in
        _ = try FamilyFile.readReport(path)
        _ = try FamilyFile.largestPredictions(path, split: "test")
      },
      hdf5("supernet") { _ = try Supernet.read($0) },
      hdf5("dataset") { try ImageDataset.open($0).verify() },
      foreign("torch archive", ending: ".zip.pt"),
      foreign("legacy pickle", ending: ".legacy.pt"),
      foreign("safetensors", ending: ".safetensors"),
      Reader(
        name: "IDX images",
        fileName: "images",
        seeds: [[0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 4] + (0..<48).map { UInt8($0) }],
        read: { folder in
          let labels = folder + "/labels"
          try Data([0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2]).write(to: URL(fileURLWithPath: labels))
          try contents(IDXSource(training: .init(images: folder + "/images", labels: labels)))
        }
      ),
      Reader(
        name: "IDX labels",
        fileName: "labels",
        seeds: [[0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2]],
        read: { folder in
          let images = folder + "/images"
          try Data(
            [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2] + [UInt8](repeating: 7, count: 12)
          )
          .write(to: URL(fileURLWithPath: images))
          try contents(IDXSource(training: .init(images: images, labels: folder + "/labels")))
        }
      ),
      Reader(
        name: "CIFAR",
        fileName: "data_batch_1.bin",
        seeds: [(0..<2 * 3073).map { UInt8(truncatingIfNeeded: $0 % 3073) }],
        read: { try contents(CIFARSource(folder: $0)) }
      ),
      Reader(
        name: "YAML",
        fileName: "config.yaml",
        seeds: [
          Array(RunConfiguration().yaml.utf8),
          Array("seed: 4\nsearch: {budgets: [20%, 60%]}\nsupernet:\n  epochs: &a 3\n".utf8),
        ],
        read: { folder in
          let bytes = FileManager.default.contents(atPath: folder + "/config.yaml") ?? Data()
          var sources = ConfigurationSources()
          try sources.read(yaml: String(decoding: bytes, as: UTF8.self), name: "config.yaml")
        }
      ),
      Reader(
        name: "predictions",
        fileName: "predictions.txt",
        seeds: [Array("0\n1\n2\n1\n".utf8), Array("0.1 0.9 0\n1 0 0\n0 0 1\n0 1 0\n".utf8)],
        read: { folder in
          let bytes = FileManager.default.contents(atPath: folder + "/predictions.txt") ?? Data()
          _ = try FlipMetrics.Predictions(
            text: String(decoding: bytes, as: UTF8.self),
            labels: [0, 1, 2, 1],
            classCount: 3
          )
        }
      ),
    ]
  }
}
