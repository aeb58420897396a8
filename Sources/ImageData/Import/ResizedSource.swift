/// Another source, its images made square of one size as those of a folder are: the shorter side is
/// resized and the centre cut out.
package final class ResizedSource<Base: ImageSource>: ImageSource {
  private let base: Base
  package let shape: ImageShape

  /// - Parameter size: height and width of the images to make.
  /// - Throws: `ImageDataError` when there are no images of this size.
  package init(_ base: Base, size: Int) throws {
    guard (1...4096).contains(size) else {
      throw ImageDataError(
        .misuse,
        base.path,
        "images of size \(size) cannot be made",
        remedy: "Choose a size from 1 to 4096."
      )
    }
    self.base = base
    shape = ImageShape(height: size, width: size, channels: base.shape.channels)
  }

  package var importer: String { base.importer }
  package var options: String { "\(base.options) size=\(shape.height)" }
  package var path: String { base.path }
  package var count: Int { base.count }
  package var testCount: Int { base.testCount }
  package var searchCount: Int { base.searchCount }
  package var classNames: [String]? { base.classNames }
  package var skipped: [SkippedFile] { base.skipped }
  package var imageNames: [String]? { base.imageNames }
  package var files: [SourceFile] { get throws { try base.files } }
  package func labels() throws -> [Int32]? { try base.labels() }

  package var notes: [ImportNote] {
    guard base.shape != shape else { return base.notes }
    let (from, size) = (base.shape, shape.height)
    let cut = from.height == from.width ? "resized" : "resized and their centres cut out"
    return base.notes + [
      ImportNote(
        "images of \(from.height) x \(from.width) \(cut) to \(size) x \(size)",
        count: count
      )
    ]
  }

  package func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    guard base.shape != shape else { return try base.read(body) }
    let from = base.shape
    try base.read { pixels, labels in
      var squares: [UInt8] = []
      squares.reserveCapacity(labels.count * shape.byteCount)
      pixels.withUnsafeBufferPointer { pixels in
        for start in stride(from: 0, to: pixels.count, by: from.byteCount) {
          let image = UnsafeBufferPointer(rebasing: pixels[start..<(start + from.byteCount)])
          squares += from.centreSquare(shape.height, of: image)
        }
      }
      try body(squares, labels)
    }
  }
}
