import AtomicFiles
import Foundation
import HDF5

/// A folder with one sub-folder of JPEG and PNG files for each class; or with `train` and `test`
/// (or `val`) sub-folders that are each such a folder.
package final class FolderSource: ImageSource {
  package let importer = "folder"
  package var options: String {
    "size=\(shape.height) channels=\(shape.channels) skip-corrupt=\(skipsCorrupt)"
  }
  package let path: String
  package let shape: ImageShape
  package var count: Int { training.count + test.count }
  package var testCount: Int { test.count }
  package let classNames: [String]?
  package private(set) var skipped: [SkippedFile] = []
  /// Files that are neither JPEG nor PNG by their names: ignored.
  package private(set) var ignoredCount = 0
  private let skipsCorrupt: Bool
  private var training: [Item] = []
  private var test: [Item] = []
  private var digests: [SourceFile] = []

  private struct Item {
    /// Relative to the root folder.
    var name: String
    var label: Int32
  }

  /// Lists the files; with `skipCorrupt` also decodes each once, to know how many are left.
  ///
  /// - Parameters:
  ///   - size: side of the square images to make.
  ///   - channels: 1 (grey) or 3 (RGB).
  ///   - skipCorrupt: leave out files that cannot be decoded, and report them, instead of throwing.
  /// - Throws: `ImageDataError` when there are no images, or classes of `test` are not in `train`.
  package init(folder: String, size: Int, channels: Int = 3, skipCorrupt: Bool = false) throws {
    guard (1...4096).contains(size), channels == 1 || channels == 3 else {
      throw ImageDataError(
        .misuse,
        folder,
        "images of size \(size) with \(channels) channels cannot be made",
        remedy: "Choose a size from 1 to 4096, and 1 (grey) or 3 (RGB) channels."
      )
    }
    path = folder
    shape = ImageShape(height: size, width: size, channels: channels)
    skipsCorrupt = skipCorrupt
    let top = try Self.subfolders(folder)
    let trainName = top.contains("train") ? "train/" : ""
    let testName = trainName.isEmpty ? nil : ["test", "val"].first(where: top.contains)
    let names = trainName.isEmpty ? top : try Self.subfolders("\(folder)/train")
    classNames = names
    training = try list(trainName, names)
    if let testName {
      let own = try Self.subfolders("\(folder)/\(testName)")
      if let stranger = own.first(where: { !names.contains($0) }) {
        throw ImageDataError(
          .badData,
          "\(folder)/\(testName)/\(stranger)",
          "this class is not among those of \(folder)/train"
        )
      }
      test = try list("\(testName)/", names.filter(own.contains), labels: names)
    }
    guard !training.isEmpty else {
      throw ImageDataError(
        .badData,
        folder,
        "there are no images",
        remedy: "Expected one folder for each class with .jpg, .jpeg or .png files in it."
      )
    }
    if skipCorrupt {
      training = try training.filter(isSound)
      test = try test.filter(isSound)
    }
  }

  /// One entry for each part: its digest covers every file's name and digest.
  package var files: [SourceFile] { digests }

  package func labels() -> [Int32]? { (training + test).map(\.label) }

  package func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    digests = []
    for (part, items) in [("train", training), ("test", test)] where !items.isEmpty {
      let hash = try SHA256()
      for start in stride(from: 0, to: items.count, by: blockSize) {
        let block = items[start..<min(items.count, start + blockSize)]
        var pixels: [UInt8] = []
        pixels.reserveCapacity(block.count * shape.byteCount)
        for item in block {
          let bytes = try content(item)
          try hash.update("\(item.name)\0\(bytes.withUnsafeBytes { try SHA256.of($0) })\0")
          do throws(ImageDecoder.Failure) {
            pixels += try ImageDecoder.decode(bytes, channels: shape.channels)
              .centreSquare(shape.height)
          } catch {
            throw ImageDataError(
              .badData,
              "\(path)/\(item.name)",
              "the image is corrupt: \(error.reason)",
              remedy: "Mend or remove it, or allow corrupt images to be skipped."
            )
          }
        }
        try body(pixels, block.map(\.label))
      }
      digests.append(SourceFile(name: part, sha256: try hash.digest()))
    }
  }

  private func isSound(_ item: Item) throws -> Bool {
    let bytes = try content(item)
    do throws(ImageDecoder.Failure) {
      _ = try ImageDecoder.decode(bytes, channels: shape.channels)
      return true
    } catch {
      skipped.append(SkippedFile(path: "\(path)/\(item.name)", reason: error.reason))
      return false
    }
  }

  private func content(_ item: Item) throws -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(item.name)")))
    } catch {
      throw ImageDataError(.inputOutput, "\(path)/\(item.name)", "the file cannot be read")
    }
  }

  private func list(
    _ prefix: String,
    _ classes: [String],
    labels: [String]? = nil
  ) throws -> [Item] {
    var items: [Item] = []
    for name in classes {
      guard let label = (labels ?? classes).firstIndex(of: name) else { continue }
      for file in try Self.names("\(path)/\(prefix)\(name)") {
        switch (file as NSString).pathExtension.lowercased() {
        case "jpg", "jpeg", "png":
          items.append(Item(name: "\(prefix)\(name)/\(file)", label: Int32(label)))
        default: ignoredCount += 1
        }
      }
    }
    return items
  }

  private static func subfolders(_ folder: String) throws -> [String] {
    try names(folder).filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
        && isFolder.boolValue
    }
  }

  /// Names in a folder in the order of their bytes, without hidden ones.
  private static func names(_ folder: String) throws -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw ImageDataError(
        .missingFile,
        folder,
        "there is no such folder",
        remedy: "Check the path."
      )
    }
    return names.filter { !$0.hasPrefix(".") }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
