import ImageData

/// A file with one array of NumPy (.npy).
struct NPYFile: ArrayFile {
  let path: String
  let format = "npy"
  private let only: NPYArray

  init(_ path: String) throws {
    self.path = path
    let file = try RawFile(path)
    var position = 0
    let header = try NPYHeader(place: path) { count in
      defer { position += count }
      return try file.read(position..<(position + count))
    }
    let bytes = header.shape.reduce(header.elementSize, *)
    guard file.count - position == bytes else {
      throw ImageDataError(
        .badData,
        path,
        "the array takes \(bytes) bytes, the file has \(file.count - position)",
        remedy: "It is truncated or damaged: save or fetch it again."
      )
    }
    only = NPYArray(header, FileStream(file, start: position), path: path, name: "")
  }

  var names: [String] { [only.name] }

  func summaries() -> [String] { [only.summary] }

  func array(_ name: String?) throws -> any ForeignArray {
    if let name {
      throw ImageDataError(
        .misuse,
        path,
        "the file holds one array without a name, '\(name)' was asked for",
        remedy: "Leave the name of the array out."
      )
    }
    return only
  }
}

/// The numbers of a file that `numpy.save` wrote, where they are no images.
package struct NPYNumbers {
  package let shape: [Int]
  /// In row-major order.
  package let values: [Double]

  /// - Parameter start: the first bytes of a file.
  package static func isOne(_ start: [UInt8]) -> Bool { start.starts(with: NPYHeader.magic) }

  /// - Throws: `ImageDataError` when the file is damaged, or its entries are no numbers.
  package init(_ path: String) throws {
    let array = try NPYFile(path).array(nil)
    shape = array.ownersShape
    guard array.elementType != .string else {
      throw array.refuse("its entries are no numbers", remedy: "Save it as an array of integers.")
    }
    values = array.shape.isEmpty ? [] : try array.numbers(0..<array.shape[0], axis: 0)
  }
}

private final class FileStream: ByteStream {
  private let file: RawFile
  private let start: Int
  private var position = 0

  init(_ file: RawFile, start: Int) { (self.file, self.start) = (file, start) }

  func seek(_ position: Int) { self.position = position }

  func finish() {}

  func read(_ count: Int) throws -> [UInt8] {
    defer { position += count }
    return try file.read((start + position)..<(start + position + count))
  }
}
