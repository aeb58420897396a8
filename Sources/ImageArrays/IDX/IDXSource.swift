import Foundation
import ImageData

/// IDX files, plain or .gz: MNIST, Fashion-MNIST and their kin.
/// Format: "THE IDX FILE FORMAT" at the MNIST database's page (LeCun, Cortes, Burges).
package final class IDXSource: ImageSource {
  /// An image file and the label file that belongs to it.
  package struct Pair: Hashable, Sendable {
    package var images: String
    package var labels: String

    package init(images: String, labels: String) {
      self.images = images
      self.labels = labels
    }
  }

  package static let fashionMNISTClassNames = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]

  package let importer = "idx"
  package var options: String { "classes=\(classNames?.joined(separator: ",") ?? "-")" }
  package var path: String { training.images }
  package let shape: ImageShape
  package let count: Int
  package let testCount: Int
  package let classNames: [String]?
  package private(set) var notes: [ImportNote] = []
  private let training: Pair
  private let test: Pair?

  /// Reads the headers.
  ///
  /// - Throws: `ImageDataError` when a file is missing, is no IDX file, or numbers differ.
  package init(training: Pair, test: Pair? = nil, classNames: [String]? = nil) throws {
    let first = try IDXHeader(training)
    let second = try test.map { try IDXHeader($0) }
    if let second, let test, second.shape != first.shape {
      throw ImageDataError(
        .badData,
        test.images,
        "its images are \(second.shape.height) x \(second.shape.width), those of "
          + "\(training.images) are \(first.shape.height) x \(first.shape.width)"
      )
    }
    self.training = training
    self.test = test
    self.classNames = classNames
    shape = first.shape
    testCount = second?.count ?? 0
    count = first.count + testCount
  }

  /// The files in a folder under their usual names (see `IDXFolder`), plain or `.gz`.
  ///
  /// - Parameter set: what the names begin with, where there are several data sets.
  package convenience init(
    folder: String,
    set: String? = nil,
    classNames: [String]? = nil
  ) throws {
    let files = try IDXFolder(folder, set: set)
    try self.init(training: files.training, test: files.test, classNames: classNames)
    notes = files.notes
  }

  package func labels() throws -> [Int32]? {
    try [training, test].compactMap { $0 }.flatMap { pair in
      let images = try ByteReader(pair.images)
      let labels = try ByteReader(pair.labels)
      let header = try IDXHeader(images, labels)
      let numbers = try labels.read(header.count, "the labels of its \(header.count) images")
      try checkLabels(numbers, from: 0, pair.labels)
      return numbers.map { Int32($0) }
    }
  }

  package var files: [SourceFile] {
    get throws {
      try [training, test].compactMap { $0 }.flatMap { [$0.images, $0.labels] }.map(sourceFile)
    }
  }

  package func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    for pair in [training, test].compactMap({ $0 }) {
      let images = try ByteReader(pair.images)
      let labels = try ByteReader(pair.labels)
      let header = try IDXHeader(images, labels)
      for start in stride(from: 0, to: header.count, by: blockSize) {
        let rows = min(blockSize, header.count - start)
        let what = "images \(start) to \(start + rows - 1) of \(header.count)"
        let pixels = try images.read(rows * shape.byteCount, what)
        let numbers = try labels.read(rows, "the labels of \(what)")
        try checkLabels(numbers, from: start, pair.labels)
        try body(pixels, numbers.map { Int32($0) })
      }
      try images.expectEnd()
      try labels.expectEnd()
    }
  }

  private func checkLabels(_ labels: [UInt8], from start: Int, _ path: String) throws {
    guard let names = classNames, let index = labels.firstIndex(where: { $0 >= names.count })
    else { return }
    throw ImageDataError(
      .badData,
      path,
      "label \(labels[index]) of image \(start + index) is out of range: "
        + "there are \(names.count) classes",
      remedy: "Give a name for every class, or mend the labels."
    )
  }
}

/// The headers of a pair of IDX files.
private struct IDXHeader {
  let count: Int
  let shape: ImageShape

  init(_ pair: IDXSource.Pair) throws {
    try self.init(ByteReader(pair.images), ByteReader(pair.labels))
  }

  init(_ images: ByteReader, _ labels: ByteReader) throws {
    let imageLengths = try Self.lengths(images, dimensions: 3, "images")
    let labelLengths = try Self.lengths(labels, dimensions: 1, "labels")
    count = imageLengths[0]
    guard labelLengths[0] == count else {
      throw ImageDataError(
        .badData,
        labels.path,
        "there are \(labelLengths[0]) labels for the \(count) images of \(images.path)",
        remedy: "Give the label file that belongs to the images."
      )
    }
    shape = ImageShape(height: imageLengths[1], width: imageLengths[2], channels: 1)
    try shape.check(images.path)
  }

  private static func lengths(
    _ reader: ByteReader,
    dimensions: UInt8,
    _ what: String
  ) throws -> [Int] {
    let magic = try reader.readUpTo(4)
    // Two zero bytes, 8 for unsigned bytes, and the number of dimensions.
    guard magic == [0, 0, 8, dimensions] else {
      throw ImageDataError(
        .badData,
        reader.path,
        "this is not an IDX file of \(what) (unsigned bytes, "
          + "\(dimensions) dimension\(dimensions == 1 ? "" : "s"))"
      )
    }
    let bytes = try reader.read(4 * Int(dimensions), "its header")
    return stride(from: 0, to: bytes.count, by: 4).map { start in
      bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
  }
}
