import Foundation
import ImageData

/// One file of CIFAR: where its images lie, each as three planes of bytes, and its labels.
struct CIFARBatch {
  static let imageSize = 3 * 32 * 32

  let path: String
  let labels: [Int32]
  /// Position of the first image, and from one to the next.
  private let start: Int
  private let step: Int

  var count: Int { labels.count }

  /// A file of the binary version: `labelBytes` bytes of labels, of which one counts, before each
  /// image.
  ///
  /// - Throws: `ImageDataError` when it is not whole records, or labels are out of range.
  init(binary path: String, labelBytes: Int, labelByte: Int, classCount: Int) throws {
    let file = try RawFile(path)
    step = labelBytes + Self.imageSize
    start = labelBytes
    self.path = path
    guard file.count > 0, file.count % step == 0 else {
      throw ImageDataError(
        .badData,
        path,
        "\(file.count) bytes are not whole records of \(step) bytes",
        remedy: "It is truncated or not the binary version: fetch it again."
      )
    }
    var labels: [Int32] = []
    let block = 1024
    for first in stride(from: 0, to: file.count / step, by: block) {
      let rows = first..<min(file.count / step, first + block)
      let bytes = try file.read((rows.lowerBound * step)..<(rows.upperBound * step))
      for row in 0..<rows.count { labels.append(Int32(bytes[row * step + labelByte])) }
    }
    self.labels = labels
    try check(classCount)
  }

  /// A file of the Python version.
  ///
  /// - Parameter key: of its labels.
  /// - Throws: `ImageDataError` when it is no batch.
  init(pickle path: String, labels key: String, classCount: Int) throws {
    let pickle = try BatchPickle(path)
    self.path = path
    step = Self.imageSize
    guard let data = pickle.array("data"), let numbers = pickle.integers(key),
      ["u1", "|u1", "uint8"].contains(data.type), data.shape == [numbers.count, step],
      data.bytes.count == numbers.count * step, !numbers.isEmpty
    else {
      throw ImageDataError(
        .badData,
        path,
        "the pickle holds no images of 3072 bytes under 'data' with as many labels under '\(key)'",
        remedy: "Give the Python version of CIFAR as its page has it."
      )
    }
    start = data.bytes.lowerBound
    labels = numbers.map { Int32(clamping: $0) }
    try check(classCount)
  }

  private func check(_ classCount: Int) throws {
    guard let row = labels.firstIndex(where: { $0 < 0 || $0 >= classCount }) else { return }
    throw ImageDataError(
      .badData,
      path,
      "label \(labels[row]) of image \(row) is out of range: there are \(classCount) classes",
      remedy: "The file is damaged or of another data set: fetch it again."
    )
  }

  /// Images as pixels of three bytes.
  func pixels(_ rows: Range<Int>) throws -> [UInt8] {
    let file = try RawFile(path)
    let first = start + rows.lowerBound * step
    let source = try file.read(first..<(first + (rows.count - 1) * step + Self.imageSize))
    let plane = Self.imageSize / 3
    return [UInt8](unsafeUninitializedCapacity: rows.count * Self.imageSize) { pixels, count in
      source.withUnsafeBufferPointer { source in
        for row in 0..<rows.count {
          for position in 0..<plane {
            for channel in 0..<3 {
              pixels[row * Self.imageSize + 3 * position + channel] =
                source[row * step + channel * plane + position]
            }
          }
        }
      }
      count = rows.count * Self.imageSize
    }
  }
}
