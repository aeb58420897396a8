import HDF5
import ImageData

/// An array of numbers or texts in a file of another program.
protocol ForeignArray: AnyObject {
  /// The file.
  var path: String { get }
  /// The name inside the file; empty where it holds one array only.
  var name: String { get }
  /// As the elements lie in the file, the last index running fastest.
  var shape: [Int] { get }
  /// Whether its owner counts the dimensions from the other end (Fortran order).
  var isReversed: Bool { get }
  var elementType: HDF5ElementType { get }
  var isBoolean: Bool { get }

  /// How many indices along `axis` to read at a time so that a block takes about `bytes`.
  func blockLength(along axis: Int, near bytes: Int, elementSize: Int) -> Int
  /// The elements whose index along `axis` is in `range`, all else whole, in row-major order.
  func bytes(_ range: Range<Int>, axis: Int) throws -> [UInt8]
  func numbers(_ range: Range<Int>, axis: Int) throws -> [Double]
  func texts() throws -> [String]
  /// Further files that hold its data.
  var otherFiles: [String] { get }
}

extension ForeignArray {
  var count: Int { shape.reduce(1, *) }
  /// As its owner sees it.
  var ownersShape: [Int] { isReversed ? shape.reversed() : shape }
  var otherFiles: [String] { [] }

  /// For messages.
  var place: String { name.isEmpty ? path : "\(path): \(name)" }
  var kind: String { isBoolean ? "bool" : elementType.rawValue }
  /// "x (uint8 [60, 28, 28])"
  var summary: String { "\(name.isEmpty ? "array" : name) (\(kind) \(ownersShape))" }

  func refuse(_ cause: String, remedy: String = "") -> ImageDataError {
    ImageDataError(.badData, place, cause, remedy: remedy)
  }
}

/// A file of arrays, told by its first bytes.
protocol ArrayFile {
  var path: String { get }
  /// Short name of the format, kept as provenance.
  var format: String { get }
  /// Of all arrays, or of a thousand where there are more.
  var names: [String] { get }
  /// Some of the arrays there are with their types and shapes, for messages.
  func summaries() -> [String]
  /// - Parameter name: `nil` where there is only one array.
  func array(_ name: String?) throws -> any ForeignArray
}

extension ArrayFile {
  static var listed: Int { 20 }

  /// "The file has: x (...), y (...)."
  var contents: String {
    let arrays = summaries()
    guard !arrays.isEmpty else { return "The file has no arrays." }
    return "The file has: " + arrays.prefix(Self.listed).joined(separator: ", ")
      + (arrays.count > Self.listed ? ", ..." : "") + "."
  }

  var choice: String {
    contents + " Name them with --images and --labels, those of a search and a test part "
      + "with --search-images, --search-labels, --test-images and --test-labels."
  }

  func missing(_ name: String) -> ImageDataError {
    ImageDataError(
      .badData,
      path,
      "there is no array '\(name)' in the file",
      remedy: contents
    )
  }
}

enum ArrayFiles {
  /// - Throws: `ImageDataError` naming what the file is, when it holds no arrays that can be read.
  static func open(_ path: String) throws -> any ArrayFile {
    let reader = try RawFile(path)
    let start = try reader.read(0..<min(128, reader.count))
    if start.starts(with: Array("PK\u{3}\u{4}".utf8))
      || start.starts(with: Array("PK\u{5}\u{6}".utf8))
    {
      return try NPZFile(path)
    }
    if start.starts(with: NPYHeader.magic) { return try NPYFile(path) }
    if start.starts(with: Array("MATLAB 5.0".utf8)) {
      throw ImageDataError(
        .badData,
        path,
        "this is a MATLAB file of version 5, which is not read",
        remedy: "Save it in MATLAB with -v7.3, or as .npz: "
          + "numpy.savez('data.npz', **scipy.io.loadmat('\(path)'))"
      )
    }
    do {
      return try HDF5ArrayFile(path, start: start)
    } catch let error as HDF5Error where error.kind == .foreignFile {
      let isPickle = start.first == 0x80 && (2...5).contains(start.dropFirst().first ?? 0)
      throw ImageDataError(
        .badData,
        path,
        isPickle
          ? "this is a pickle of Python, which is not read here"
          : "this is neither an HDF5 file nor one of NumPy (.npz, .npy)",
        remedy: isPickle
          ? "For CIFAR use regnas data import cifar; else save the arrays in Python: "
            + "numpy.savez('data.npz', x=images, y=labels)"
          : "Check the path."
      )
    }
  }
}
