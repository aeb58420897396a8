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
    func exists(_ name: String) -> Bool {
      FileManager.default.fileExists(atPath: "\(folder)/\(name)")
    }
    path = folder
    let training: [String]
    let test: [String]
    let namesFile: String
    if exists("train.bin") {
      importer = "cifar-100"
      options = "labels=\(labels.rawValue)"
      (training, test) = (["train.bin"], exists("test.bin") ? ["test.bin"] : [])
      (labelBytes, labelByte) = (2, labels == .fine ? 1 : 0)
      classCount = labels == .fine ? 100 : 20
      namesFile = "\(labels.rawValue)_label_names.txt"
    } else {
      importer = "cifar-10"
      options = "-"
      training = (1...5).map { "data_batch_\($0).bin" }.filter(exists)
      test = exists("test_batch.bin") ? ["test_batch.bin"] : []
      (labelBytes, labelByte) = (1, 0)
      classCount = 10
      namesFile = "batches.meta.txt"
    }
    guard !training.isEmpty else {
      throw ImageDataError(
        .missingFile,
        folder,
        "there are no CIFAR batches in this folder",
        remedy: "Expected data_batch_1.bin (CIFAR-10) or train.bin (CIFAR-100), binary version."
      )
    }
    batches = (training + test).map { "\(folder)/\($0)" }
    let recordSize = labelBytes + shape.byteCount
    let counts = try batches.map { try Self.records($0, of: recordSize) }
    count = counts.reduce(0, +)
    testCount = counts.suffix(test.count).reduce(0, +)
    classNames = try Self.names("\(folder)/\(namesFile)", count: classCount)
  }

  package var files: [SourceFile] { get throws { try batches.map(sourceFile) } }

  package func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    let plane = shape.height * shape.width
    let recordSize = labelBytes + 3 * plane
    for batch in batches {
      let reader = try ByteReader(batch)
      let total = try Self.records(batch, of: recordSize)
      for start in stride(from: 0, to: total, by: blockSize) {
        let rows = min(blockSize, total - start)
        let records = try reader.read(rows * recordSize, "image \(start)")
        var pixels = [UInt8](repeating: 0, count: rows * 3 * plane)
        var labels: [Int32] = []
        for row in 0..<rows {
          let record = row * recordSize
          let label = Int(records[record + labelByte])
          guard label < classCount else {
            throw ImageDataError(
              .badData,
              batch,
              "label \(label) of image \(start + row) is out of range: "
                + "there are \(classCount) classes",
              remedy: "The file is damaged or of another data set: fetch it again."
            )
          }
          labels.append(Int32(label))
          Self.interleave(records, from: record + labelBytes, plane, &pixels, at: row * 3 * plane)
        }
        try body(pixels, labels)
      }
      try reader.expectEnd()
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
