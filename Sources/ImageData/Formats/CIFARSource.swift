import Foundation
import HDF5

/// The binary versions of CIFAR-10 and CIFAR-100 (Krizhevsky, "Learning Multiple Layers of Features
/// from Tiny Images", 2009), unpacked in a folder.
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
  private let batches: [String]
  private let labelBytes: Int
  private let labelByte: Int
  private let classCount: Int

  /// - Parameter labels: matters for CIFAR-100 only.
  /// - Throws: `ImageDataError` when files are missing or are not whole records.
  package init(folder: String, labels: Labels = .fine) throws {
    let files = try CIFARFolder(folder)
    guard !files.isPickled else {
      throw ImageDataError(
        .badData,
        files.path,
        "this is the Python version of CIFAR, which is not read",
        remedy: "Fetch the binary version."
      )
    }
    path = folder
    let namesFile: String
    switch files.version {
    case .hundred:
      importer = "cifar-100"
      options = "labels=\(labels.rawValue)"
      (labelBytes, labelByte) = (2, labels == .fine ? 1 : 0)
      classCount = labels == .fine ? 100 : 20
      namesFile = "\(files.path)/\(labels.rawValue)_label_names.txt"
    case .ten:
      importer = "cifar-10"
      options = "-"
      (labelBytes, labelByte) = (1, 0)
      classCount = 10
      namesFile = files.names
    }
    batches = files.training + [files.test]
    let recordSize = labelBytes + shape.byteCount
    let counts = try batches.map { try Self.records($0, of: recordSize) }
    count = counts.reduce(0, +)
    testCount = counts.last ?? 0
    classNames = try Self.names(namesFile, count: classCount)
  }

  package func labels() throws -> [Int32]? {
    var labels: [Int32] = []
    labels.reserveCapacity(count)
    try readRecords { records, rows, first, batch in
      labels += try self.labels(of: records, rows, from: first, batch)
    }
    return labels
  }

  package var files: [SourceFile] { get throws { try batches.map(sourceFile) } }

  package func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    let plane = shape.height * shape.width
    let recordSize = labelBytes + 3 * plane
    try readRecords { records, rows, first, batch in
      var pixels = [UInt8](repeating: 0, count: rows * 3 * plane)
      for row in 0..<rows {
        let start = row * recordSize + labelBytes
        Self.interleave(records, from: start, plane, &pixels, at: row * 3 * plane)
      }
      try body(pixels, labels(of: records, rows, from: first, batch))
    }
  }

  /// Whole records in blocks, with the number of the first in its batch.
  private func readRecords(
    _ body: (_ records: [UInt8], _ rows: Int, _ first: Int, _ batch: String) throws -> Void
  ) throws {
    let recordSize = labelBytes + shape.byteCount
    for batch in batches {
      let reader = try ByteReader(batch)
      let total = try Self.records(batch, of: recordSize)
      for start in stride(from: 0, to: total, by: blockSize) {
        let rows = min(blockSize, total - start)
        try body(try reader.read(rows * recordSize, "image \(start)"), rows, start, batch)
      }
      try reader.expectEnd()
    }
  }

  private func labels(
    of records: [UInt8],
    _ rows: Int,
    from first: Int,
    _ batch: String
  ) throws -> [Int32] {
    let recordSize = labelBytes + shape.byteCount
    return try (0..<rows).map { row in
      let label = Int(records[row * recordSize + labelByte])
      guard label < classCount else {
        throw ImageDataError(
          .badData,
          batch,
          "label \(label) of image \(first + row) is out of range: "
            + "there are \(classCount) classes",
          remedy: "The file is damaged or of another data set: fetch it again."
        )
      }
      return Int32(label)
    }
  }

  /// Red, green and blue planes to pixels of three bytes.
  private static func interleave(
    _ source: [UInt8],
    from first: Int,
    _ plane: Int,
    _ pixels: inout [UInt8],
    at start: Int
  ) {
    source.withUnsafeBufferPointer { source in
      pixels.withUnsafeMutableBufferPointer { pixels in
        for position in 0..<plane {
          for channel in 0..<3 {
            pixels[start + 3 * position + channel] = source[first + channel * plane + position]
          }
        }
      }
    }
  }

  private static func records(_ path: String, of size: Int) throws -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let bytes = attributes?[.size] as? Int else {
      throw ImageDataError(.inputOutput, path, "its size cannot be read")
    }
    guard bytes > 0, bytes % size == 0 else {
      throw ImageDataError(
        .badData,
        path,
        "\(bytes) bytes are not whole records of \(size) bytes",
        remedy: "It is truncated or not the binary version: fetch it again."
      )
    }
    return bytes / size
  }

  private static func names(_ path: String, count: Int) throws -> [String] {
    guard let content = try? String(contentsOfFile: path, encoding: .utf8) else {
      return (0..<count).map(String.init)
    }
    let names = content.split(whereSeparator: \.isNewline).map(String.init)
    guard names.count == count else {
      throw ImageDataError(
        .badData,
        path,
        "there are \(names.count) class names, \(count) were expected"
      )
    }
    return names
  }
}
