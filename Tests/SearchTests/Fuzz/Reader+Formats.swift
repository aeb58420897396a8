import ForeignWeights
import Foundation
import ImageArrays
import ImageData
import PictureFolders
import Supernet

/// Files of other programs.
extension Reader {
  private static let idxImages: [UInt8] =
    [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 4] + (0..<48).map { UInt8($0) }
  private static let idxLabels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2]
  /// `idxLabels` as gzip packs it.
  private static let packedLabels: [UInt8] = [
    31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 99, 96, 224, 96, 100, 96, 96, 96, 102, 96, 100, 2, 0, 174, 76,
    193, 118, 11, 0, 0, 0,
  ]

  private static func contents(_ source: some ImageSource) throws {
    try source.read { _, _ in }
  }

  /// IDX images and labels, of which one is the input and the other sound.
  private static func readIDX(_ folder: String, other: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(other)"))
    try contents(
      IDXSource(training: .init(images: folder + "/images", labels: folder + "/labels"))
    )
  }

  static let images = [
    Reader(
      name: "IDX images",
      fileName: "images",
      seeds: [idxImages],
      read: { try readIDX($0, other: "labels", idxLabels) }
    ),
    Reader(
      name: "IDX labels",
      fileName: "labels",
      seeds: [idxLabels, packedLabels],
      read: { try readIDX($0, other: "images", idxImages) }
    ),
    Reader(
      name: "CIFAR",
      fileName: "train.bin",
      seeds: [(0..<2 * 3074).map { UInt8(truncatingIfNeeded: $0 % 3074) }],
      read: { folder in
        try Data(count: 3074).write(to: URL(fileURLWithPath: "\(folder)/test.bin"))
        try contents(CIFARSource(folder: folder))
      }
    ),
    Reader(
      name: "pickled CIFAR",
      fileName: "train",
      seeds: files("Arrays", ending: ".pickle"),
      read: { folder in
        try FileManager.default.copyItem(atPath: "\(folder)/train", toPath: "\(folder)/test")
        defer { try? FileManager.default.removeItem(atPath: "\(folder)/test") }
        try contents(CIFARSource(folder: folder))
      }
    ),
    Reader(
      name: "NumPy archive",
      fileName: "arrays.npz",
      seeds: files("Arrays", ending: ".npz"),
      read: { folder in
        try contents(
          ArraySource(
            training: .init(file: "\(folder)/arrays.npz", images: "x", labels: "y")
          )
        )
      }
    ),
    Reader(
      name: "NumPy array",
      fileName: "array.npy",
      seeds: files("Arrays", ending: ".npy"),
      read: { folder in
        // Labels of as many images as the seed has.
        let labels = "\(folder)/labels.npy"
        let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }\n"
        let start = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
        try Data(start + Array(header.utf8) + [0, 1, 0]).write(to: URL(fileURLWithPath: labels))
        _ = try NPYNumbers("\(folder)/array.npy")
        try contents(
          ArraySource(training: .init(file: "\(folder)/array.npy", labelsFile: labels))
        )
      }
    ),
    Reader(
      name: "pictures",
      fileName: "class/picture.png",
      seeds: ["jpg", "png", "webp", "tif", "gif", "bmp"].flatMap { files("Images", ending: $0) },
      read: { try contents(FolderSource(folder: $0, size: 4)) }
    ),
  ]

  /// Names that the seeds have, so that weights are looked for and found.
  private static let targets: [ImportPlan.Target] = [
    .init(key: "w", shape: [1, 2]), .init(key: "conv.weight", shape: [2, 1, 3, 3]),
    .init(key: "bn.weight", shape: [2]), .init(key: "bn.running_var", shape: [2]),
    .init(key: "bn.num_batches_tracked", shape: []),
  ]

  private static func foreign(_ name: String, ending: String) -> Reader {
    Reader(
      name: name,
      fileName: "weights",
      seeds: files("Import", ending: ending),
      read: { folder in
        let checkpoint = try ForeignCheckpoint(contentsOf: "\(folder)/weights")
        for tensor in checkpoint.tensors where tensor.count < 1 << 20 { _ = try tensor.floats() }
        for choice in [WeightChoice(), .init(key: "state_dict"), .init(isAveraged: true)] {
          guard let plan = try? ImportPlan(checkpoint, onto: targets, choice: choice) else {
            continue
          }
          _ = plan.description
          _ = try? plan.state(from: checkpoint)
        }
      }
    )
  }

  static let weights = [
    foreign("torch archive", ending: ".zip.pt"),
    foreign("legacy pickle", ending: ".legacy.pt"),
    foreign("safetensors", ending: ".safetensors"),
  ]
}
