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
    let wide = [first, second].compactMap(\.self).filter { $0.labels.columns > 1 }
    if let columns = wide.first?.labels.columns {
      notes.append(
        ImportNote(
          "labels of \(columns) columns, as those of QMNIST: the first taken as the class",
          count: wide.reduce(0) { $0 + $1.count }
        )
      )
    }
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
    notes += files.notes
  }

  package func labels() throws -> [Int32]? {
    try [training, test].compactMap { $0 }.flatMap { pair in
      let images = try ByteReader(pair.images)
      let labels = try ByteReader(pair.labels)
      let header = try IDXHeader(images, labels)
      let what = "the labels of its \(header.count) images"
      let numbers = try header.labels.read(header.count, of: labels, what)
      try checkLabels(numbers, from: 0, pair.labels)
      return numbers
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
        let numbers = try header.labels.read(rows, of: labels, "the labels of \(what)")
        try checkLabels(numbers, from: start, pair.labels)
        try body(pixels, numbers)
      }
      try images.expectEnd()
      try labels.expectEnd()
    }
  }

  private func checkLabels(_ labels: [Int32], from start: Int, _ path: String) throws {
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
  let labels: IDXLabels

  init(_ pair: IDXSource.Pair) throws {
    try self.init(ByteReader(pair.images), ByteReader(pair.labels))
  }

  init(_ images: ByteReader, _ labels: ByteReader) throws {
    // Two zero bytes, the type (8 for unsigned bytes), and the number of dimensions.
    let magic = try images.readUpTo(4)
    guard magic == [0, 0, 8, 3] else {
      throw ImageDataError(
        .badData,
        images.path,
        "this is not an IDX file of images (unsigned bytes, 3 dimensions)" + IDXType.found(magic),
        remedy: IDXType.remedy(magic)
      )
    }
    let lengths = try images.lengths(3)
    count = lengths[0]
    guard count > 0 else {
      throw ImageDataError(
        .badData,
        images.path,
        "there are no images in it",
        remedy: "Fetch it again, or take it and its labels out of the folder."
      )
    }
    self.labels = try IDXLabels(labels)
    guard self.labels.count == count else {
      throw ImageDataError(
        .badData,
        labels.path,
        "there are \(self.labels.count) labels for the \(count) images of \(images.path)",
        remedy: "Give the label file that belongs to the images."
      )
    }
    shape = ImageShape(height: lengths[1], width: lengths[2], channels: 1)
    try shape.check(images.path)
  }
}

/// What the first four bytes of another kind of IDX file say: two zeros, type, number of dimensions.
private enum IDXType {
  private static let names: [UInt8: String] = [
    0x08: "unsigned bytes", 0x09: "signed bytes", 0x0B: "16-bit numbers", 0x0C: "32-bit numbers",
    0x0D: "float32", 0x0E: "float64",
  ]

  private static func name(_ magic: [UInt8]) -> String? {
    magic.count == 4 && magic[0] == 0 && magic[1] == 0 ? names[magic[2]] : nil
  }

  static func found(_ magic: [UInt8]) -> String {
    guard let name = name(magic) else { return "" }
    return ": it holds \(name) in \(magic[3]) dimension\(magic[3] == 1 ? "" : "s")"
  }

  static func remedy(_ magic: [UInt8]) -> String {
    name(magic) == nil
      ? "Give the files as they were published, plain or .gz."
      : "Images are [images, height, width] as unsigned bytes; other arrays: 'regnas data import npz'."
  }
}

/// How the labels of an IDX file lie in it.
private struct IDXLabels {
  let count: Int
  /// Numbers for each image, of which the first is its class.
  let columns: Int
  /// Bytes of a number: 1, without sign, or 4.
  private let size: Int
  /// QMNIST has the class, then where the digit comes from.
  private static let columnsOfQMNIST = 8

  init(_ reader: ByteReader) throws {
    let magic = try reader.readUpTo(4)
    switch magic {
    case [0, 0, 8, 1]: size = 1
    case [0, 0, 12, 1], [0, 0, 12, 2]: size = 4
    default:
      throw ImageDataError(
        .badData,
        reader.path,
        "this is not an IDX file of labels (unsigned bytes or 32-bit numbers, 1 dimension)"
          + IDXType.found(magic),
        remedy: IDXType.remedy(magic)
      )
    }
    let lengths = try reader.lengths(Int(magic[3]))
    count = lengths[0]
    columns = lengths.count == 1 ? 1 : lengths[1]
    guard lengths.count == 1 || columns == Self.columnsOfQMNIST else {
      throw ImageDataError(
        .badData,
        reader.path,
        "each label has \(columns) columns; 1, or the \(Self.columnsOfQMNIST) of QMNIST, were expected",
        remedy: "Store one class for each image, or import the arrays with regnas data import npz."
      )
    }
  }

  func read(_ count: Int, of reader: ByteReader, _ what: String) throws -> [Int32] {
    let bytes = try reader.read(count * columns * size, what)
    return stride(from: 0, to: bytes.count, by: columns * size).map { start in
      size == 1
        ? Int32(bytes[start])
        : Int32(bitPattern: bytes[start..<(start + 4)].reduce(0) { $0 << 8 | UInt32($1) })
    }
  }
}

extension ByteReader {
  /// Lengths of the dimensions in the header of an IDX file.
  fileprivate func lengths(_ dimensions: Int) throws -> [Int] {
    let bytes = try read(4 * dimensions, "its header")
    return stride(from: 0, to: bytes.count, by: 4).map { start in
      bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
  }
}
