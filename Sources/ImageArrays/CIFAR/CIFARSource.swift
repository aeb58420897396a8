import Foundation
import ImageData

/// CIFAR-10 and CIFAR-100 (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
/// 2009), unpacked in a folder: the binary or the Python version.
package final class CIFARSource: ImageSource {
  package enum Labels: String, Sendable, Codable {
    /// The 100 classes of CIFAR-100.
    case fine
    /// Its 20 superclasses.
    case coarse
  }

  package let importer: String
  package let options: String
  package let path: String
  package let shape = ImageShape(height: 32, width: 32, channels: 3)
  package let count: Int
  package let testCount: Int
  package let classNames: [String]?
  private let batches: [CIFARBatch]
  private let namesFile: String?

  /// - Parameter labels: matters for CIFAR-100 only.
  /// - Throws: `ImageDataError` when files are missing or are not whole records.
  package init(folder: String, labels: Labels = .fine) throws {
    let files = try CIFARFolder(folder)
    let isHundred = files.version == .hundred
    let classCount = isHundred ? (labels == .fine ? 100 : 20) : 10
    path = folder
    importer = isHundred ? "cifar-100" : "cifar-10"
    options = isHundred ? "labels=\(labels.rawValue)" : "-"
    batches = try (files.training + [files.test]).map { path in
      try files.isPickled
        ? CIFARBatch(
          pickle: path,
          labels: isHundred ? "\(labels.rawValue)_labels" : "labels",
          classCount: classCount
        )
        : CIFARBatch(
          binary: path,
          labelBytes: isHundred ? 2 : 1,
          labelByte: isHundred && labels == .fine ? 1 : 0,
          classCount: classCount
        )
    }
    count = batches.reduce(0) { $0 + $1.count }
    testCount = batches.last?.count ?? 0
    let names =
      files.names.isEmpty ? "\(files.path)/\(labels.rawValue)_label_names.txt" : files.names
    namesFile = FileManager.default.fileExists(atPath: names) ? names : nil
    classNames =
      try namesFile.map { file in
        let key = isHundred ? "\(labels.rawValue)_label_names" : "label_names"
        return try Self.names(file, key: files.isPickled ? key : nil, count: classCount)
      } ?? (0..<classCount).map(String.init)
  }

  package var files: [SourceFile] { get throws { try batches.map { try sourceFile($0.path) } } }

  package var notes: [ImportNote] {
    namesFile == nil
      ? [
        ImportNote(
          "classes are numbered: the file of their names is not there",
          count: classNames?.count ?? 0
        )
      ]
      : []
  }

  package func labels() -> [Int32]? { batches.flatMap(\.labels) }

  package func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    for batch in batches {
      for start in stride(from: 0, to: batch.count, by: blockSize) {
        let rows = start..<min(batch.count, start + blockSize)
        try body(try batch.pixels(rows), Array(batch.labels[rows]))
      }
    }
  }

  /// - Parameter key: in a pickle; `nil` for a text of one name a line.
  private static func names(_ path: String, key: String?, count: Int) throws -> [String] {
    let names: [String]
    if let key {
      names = try BatchPickle(path).texts(key) ?? []
    } else {
      let file = try RawFile(path)
      let bytes = try file.read(0..<min(file.count, 1 << 20))
      names = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
    guard names.count == count else {
      throw ImageDataError(
        .badData,
        path,
        "there are \(names.count) class names, \(count) were expected",
        remedy: "Fetch it again, or remove it: then the classes are numbered."
      )
    }
    return names
  }
}
