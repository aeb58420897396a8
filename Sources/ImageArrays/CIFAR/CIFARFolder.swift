import Foundation
import ImageData

/// Finds the batches of CIFAR in a folder, or in the one below it that the archives unpack to, and
/// says which are missing.
struct CIFARFolder {
  enum Version: Equatable { case ten, hundred }

  let path: String
  let version: Version
  let isPickled: Bool
  let training: [String]
  let test: String
  /// The file of the class names.
  let names: String

  private struct Kind {
    var version: Version
    var isPickled: Bool
    var folder: String
    var training: [String]
    var test: String
    var names: String
  }

  private static let kinds = [
    Kind(
      version: .ten,
      isPickled: false,
      folder: "cifar-10-batches-bin",
      training: (1...5).map { "data_batch_\($0).bin" },
      test: "test_batch.bin",
      names: "batches.meta.txt"
    ),
    Kind(
      version: .hundred,
      isPickled: false,
      folder: "cifar-100-binary",
      training: ["train.bin"],
      test: "test.bin",
      names: ""
    ),
    Kind(
      version: .ten,
      isPickled: true,
      folder: "cifar-10-batches-py",
      training: (1...5).map { "data_batch_\($0)" },
      test: "test_batch",
      names: "batches.meta"
    ),
    Kind(
      version: .hundred,
      isPickled: true,
      folder: "cifar-100-python",
      training: ["train"],
      test: "test",
      names: "meta"
    ),
  ]

  /// - Throws: `ImageDataError` naming what is missing.
  init(_ folder: String) throws {
    func isFile(_ path: String) -> Bool {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        && !isFolder.boolValue
    }
    guard FileManager.default.fileExists(atPath: folder) else {
      throw ImageDataError(
        .missingFile,
        folder,
        "there is no such folder",
        remedy: "Check the path."
      )
    }
    guard !isFile(folder) else {
      throw ImageDataError(
        .badData,
        folder,
        "this is a file, a folder was expected",
        remedy: folder.contains(".tar") || folder.hasSuffix("gz")
          ? "Unpack it first: tar xf '\(folder)'" : "Give the folder that holds the batches."
      )
    }
    var found: [(path: String, kind: Kind)] = []
    for kind in Self.kinds {
      for place in [folder, "\(folder)/\(kind.folder)"] {
        if (kind.training + [kind.test]).contains(where: { isFile("\(place)/\($0)") }) {
          found.append((place, kind))
        }
      }
    }
    guard let (path, kind) = found.first else {
      throw ImageDataError(
        .missingFile,
        folder,
        "there are no CIFAR batches in this folder",
        remedy:
          "Expected data_batch_1.bin (CIFAR-10) or train.bin (CIFAR-100), or the same without "
          + ".bin as the Python version has them."
      )
    }
    if let other = found.dropFirst().first {
      throw ImageDataError(
        .misuse,
        folder,
        "the folder holds several data sets: \(path) and \(other.path)",
        remedy: "Give one folder: \(path) or \(other.path), with the batches of one version in it."
      )
    }
    let missing = (kind.training + [kind.test]).filter { !isFile("\(path)/\($0)") }
    guard missing.isEmpty else {
      throw ImageDataError(
        .missingFile,
        path,
        "\(missing.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") missing",
        remedy: "Fetch the data set again: it has \(kind.training.count + 1) such files."
      )
    }
    self.path = path
    version = kind.version
    isPickled = kind.isPickled
    training = kind.training.map { "\(path)/\($0)" }
    test = "\(path)/\(kind.test)"
    names = kind.names.isEmpty ? "" : "\(path)/\(kind.names)"
  }
}
