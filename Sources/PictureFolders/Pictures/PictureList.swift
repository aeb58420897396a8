import Foundation
import ImageData

/// Single pictures, made into images as `FolderSource` makes those of a folder: turned upright, the
/// shorter side resized, the centre cut out.
package struct PictureList {
  package let paths: [String]
  /// Of every image.
  package let shape: ImageShape
  private var decoding: ImageDecoder.Options
  private var treatment = PictureTreatment()

  /// Looks into every file. 16-bit pictures are decoded once, since they all are brightened alike.
  ///
  /// - Parameters:
  ///   - size: side of the square images to make.
  ///   - channels: 1 (grey) or 3 (RGB).
  ///
  /// - Throws: `ImageDataError` for the first file that is missing or no picture that is read.
  package init(_ paths: [String], size: Int, channels: Int, background: Colour) throws {
    self.paths = paths
    shape = ImageShape(height: size, width: size, channels: channels)
    decoding = ImageDecoder.Options(channels: channels, background: background)
    let types = inParallel(paths.count) { index in
      Result { () throws(ImageDataError) in try Self.look(paths[index]) }
    }
    var deep = PictureTreatment()
    for (path, type) in try zip(paths, types.map { try $0.get() }) where type.mayBeDeep {
      deep.add(try Self.decode(path, decoding).traits, path)
    }
    decoding.white = deep.white
  }

  /// The images of some of the pictures, one after the other, each `[row, column, channel]`.
  ///
  /// - Throws: `ImageDataError` for the first that cannot be decoded.
  package mutating func images(_ range: Range<Int>) throws -> [UInt8] {
    let (paths, decoding, size) = (paths, decoding, shape.height)
    let made = inParallel(range.count) { offset in
      Result { () throws(ImageDataError) in
        let image = try Self.decode(paths[range.lowerBound + offset], decoding)
        return (pixels: image.centreSquare(size), traits: image.traits)
      }
    }
    var result: [UInt8] = []
    result.reserveCapacity(range.count * shape.byteCount)
    for (offset, image) in made.enumerated() {
      let image = try image.get()
      result += image.pixels
      treatment.add(image.traits, paths[range.lowerBound + offset])
    }
    return result
  }

  /// What had to be done to the pictures made so far.
  package var notes: [ImportNote] { treatment.notes(decoding) }

  private static func look(_ path: String) throws(ImageDataError) -> FileContent.PictureType {
    func refuse(_ cause: String, _ remedy: String) -> ImageDataError {
      ImageDataError(.badData, path, cause, remedy: remedy)
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      let code = errno
      throw code == ENOENT || code == ENOTDIR
        ? ImageDataError(.missingFile, path, "there is no such file", remedy: "Check the path.")
        : ImageDataError(.inputOutput, path, PictureFile.Refusal(code: code).cause)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw refuse(
        isFolder ? "this is a folder" : "this is no regular file",
        isFolder ? "Give its pictures: \(path)/*" : "Give a picture."
      )
    }
    let head: [UInt8]
    do {
      head = try PictureFile.read(path, atMost: FileContent.headSize)
    } catch {
      throw ImageDataError(error.kind, path, error.cause)
    }
    switch FileContent(head: head, ending: ending(path)) {
    case .picture(let type): return type
    case .unread(let name):
      throw refuse(
        "pictures of the type \(name) are not read",
        "Convert it; PNG of 8 bits is always read."
      )
    case .broken(let cause):
      throw refuse(cause, "Give a picture: JPEG, PNG, WebP, TIFF, GIF or BMP.")
    case .other:
      throw refuse("this is no picture", "Give a picture: JPEG, PNG, WebP, TIFF, GIF or BMP.")
    }
  }

  private static func decode(
    _ path: String,
    _ decoding: ImageDecoder.Options
  ) throws(ImageDataError) -> DecodedImage {
    let bytes: [UInt8]
    do {
      bytes = try PictureFile.read(path)
    } catch {
      throw ImageDataError(error.kind, path, error.cause)
    }
    do {
      return try ImageDecoder.decode(bytes, decoding)
    } catch {
      throw ImageDataError(
        error.kind == .memory ? .inputOutput : .badData,
        path,
        error.cause,
        remedy: error.kind == .unsupported ? "Convert it; PNG of 8 bits is always read." : ""
      )
    }
  }
}
