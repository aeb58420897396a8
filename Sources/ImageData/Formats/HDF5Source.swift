import HDF5

/// Arrays of an HDF5 file as a user of h5py has them: 8-bit images of shape [N, H, W],
/// [N, H, W, C] or [N, C, H, W], and whole-number labels of shape [N] or [N, 1].
package final class HDF5Source: ImageSource {
  /// Paths inside the file of an image array and its labels.
  package struct Pair: Hashable, Sendable {
    package var images: String
    package var labels: String

    package init(images: String, labels: String) {
      self.images = images
      self.labels = labels
    }
  }

  /// Where the channels of a four-dimensional array are.
  package enum ChannelOrder: String, Sendable, Codable {
    case last, first
    /// Wherever there are 1 or 3 of them.
    case automatic
  }

  package let importer = "hdf5"
  package let options: String
  package let path: String
  package let shape: ImageShape
  package let count: Int
  package let testCount: Int
  package let classNames: [String]?
  private let parts: [(images: HDF5Dataset, labels: [Int32])]
  private let channelsFirst: Bool

  /// Checks shapes and types and reads the labels.
  ///
  /// - Throws: `HDF5Error`, or `ImageDataError` when arrays are not images with their labels.
  package init(
    path: String,
    training: Pair,
    test: Pair? = nil,
    channels: ChannelOrder = .automatic,
    classNames: [String]? = nil
  ) throws {
    let root = try HDF5File.open(path).root
    let pairs = [training, test].compactMap { $0 }
    let parts = try pairs.map { pair in
      (
        images: try root.dataset(pair.images),
        labels: try Self.readLabels(root.dataset(pair.labels), path)
      )
    }
    let layouts = try parts.map { try Self.layout($0.images, channels, path) }
    for (part, layout) in zip(parts, layouts) {
      guard part.labels.count == part.images.shape[0] else {
        throw ImageDataError(
          .badData,
          path,
          "there are \(part.labels.count) labels for the "
            + "\(part.images.shape[0]) images of \(part.images.path)"
        )
      }
      guard layout == layouts[0] else {
        throw ImageDataError(
          .badData,
          path,
          "the images of \(part.images.path) have another shape than those of "
            + parts[0].images.path
        )
      }
    }
    self.path = path
    self.parts = parts
    self.classNames = classNames
    (shape, channelsFirst) = layouts[0]
    count = parts.reduce(0) { $0 + $1.labels.count }
    testCount = parts.dropFirst().reduce(0) { $0 + $1.labels.count }
    let names = pairs.map { "\($0.images)+\($0.labels)" }.joined(separator: ",")
    options =
      "arrays=\(names) channels-first=\(channelsFirst) "
      + "classes=\(classNames?.joined(separator: ",") ?? "-")"
    try shape.check(path)
  }

  package var files: [SourceFile] { get throws { [try sourceFile(path)] } }

  package func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    let plane = shape.height * shape.width
    for part in parts {
      for start in stride(from: 0, to: part.labels.count, by: blockSize) {
        let rows = start..<min(part.labels.count, start + blockSize)
        var pixels = [UInt8](repeating: 0, count: rows.count * shape.byteCount)
        try pixels.withUnsafeMutableBufferPointer { try part.images.readRows(rows, into: $0) }
        if channelsFirst { pixels = channelsToEnd(pixels, plane) }
        try body(pixels, Array(part.labels[rows]))
      }
    }
  }

  private func channelsToEnd(_ pixels: [UInt8], _ plane: Int) -> [UInt8] {
    let channels = shape.channels
    return [UInt8](unsafeUninitializedCapacity: pixels.count) { result, count in
      pixels.withUnsafeBufferPointer { pixels in
        for image in stride(from: 0, to: pixels.count, by: plane * channels) {
          for channel in 0..<channels {
            for position in 0..<plane {
              result[image + position * channels + channel] =
                pixels[image + channel * plane + position]
            }
          }
        }
      }
      count = pixels.count
    }
  }

  private static func layout(
    _ images: HDF5Dataset,
    _ order: ChannelOrder,
    _ path: String
  ) throws -> (ImageShape, Bool) {
    func refuse(_ cause: String, _ remedy: String = "") -> ImageDataError {
      ImageDataError(.badData, "\(path): \(images.path)", cause, remedy: remedy)
    }
    guard images.elementType == .uint8 else {
      throw refuse(
        "the elements are \(images.elementType), uint8 was expected",
        "Store the images as unsigned bytes from 0 to 255."
      )
    }
    let shape = images.shape
    if shape.count == 3 {
      return (ImageShape(height: shape[1], width: shape[2], channels: 1), false)
    }
    guard shape.count == 4 else {
      throw refuse("shape \(shape) is neither [N, H, W], [N, H, W, C] nor [N, C, H, W]")
    }
    let usual = [1, 3]
    let first: Bool
    switch order {
    case .first: first = true
    case .last: first = false
    case .automatic:
      first = usual.contains(shape[1])
      guard first != usual.contains(shape[3]) else {
        throw refuse(
          "it is not clear which dimension of shape \(shape) holds the channels",
          "Say whether they come first or last."
        )
      }
    }
    return first
      ? (ImageShape(height: shape[2], width: shape[3], channels: shape[1]), true)
      : (ImageShape(height: shape[1], width: shape[2], channels: shape[3]), false)
  }

  private static func readLabels(_ labels: HDF5Dataset, _ path: String) throws -> [Int32] {
    func refuse(_ cause: String) -> ImageDataError {
      ImageDataError(.badData, "\(path): \(labels.path)", cause)
    }
    guard labels.shape.count == 1 || (labels.shape.count == 2 && labels.shape[1] == 1) else {
      throw refuse("labels of shape \(labels.shape), one for each image was expected")
    }
    func narrow<Element: HDF5Scalar & FixedWidthInteger>(_ type: Element.Type) throws -> [Int32] {
      try labels.read(as: type).values.enumerated().map { index, value in
        guard let label = Int32(exactly: value), label >= 0 else {
          throw refuse("label \(value) of image \(index) is out of range")
        }
        return label
      }
    }
    switch labels.elementType {
    case .int8: return try narrow(Int8.self)
    case .int16: return try narrow(Int16.self)
    case .int32: return try narrow(Int32.self)
    case .int64: return try narrow(Int64.self)
    case .uint8: return try narrow(UInt8.self)
    case .uint16: return try narrow(UInt16.self)
    case .uint32: return try narrow(UInt32.self)
    case .uint64: return try narrow(UInt64.self)
    default: throw refuse("the labels are \(labels.elementType), whole numbers were expected")
    }
  }
}
