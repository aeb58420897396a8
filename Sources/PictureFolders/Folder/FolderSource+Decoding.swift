import AtomicFiles
import ImageData

extension FolderSource {
  /// A picture as it goes into the data set.
  struct Made: Sendable {
    var pixels: [UInt8]
    var sha256: String
    var traits: PictureTraits
  }

  /// Why a picture could not be made.
  struct MakingFailure: Error {
    /// For the list of what was skipped.
    var reason: String
    /// To end the import with.
    var error: any Error
    /// Whether it is the picture's own fault, so that it can be skipped.
    var isOfThePicture = true
  }

  /// Decodes pictures on all cores, in their order.
  ///
  /// - Parameter size: side of the squares to make; `nil` to make none.
  func decode(_ items: [FolderClasses.Item], size: Int?) -> [Result<Made, MakingFailure>] {
    let (path, decoding) = (path, decoding)
    return inParallel(items.count) { index in
      Result { () throws(MakingFailure) in
        try Self.make(items[index].file, in: path, decoding, size)
      }
    }
  }

  /// The same for any number of them, so many at once that memory stays bounded; without pixels.
  func decodeInBlocks(
    _ items: [FolderClasses.Item],
    _ body: (FolderClasses.Item, Result<Made, MakingFailure>) throws -> Void
  ) throws {
    for start in stride(from: 0, to: items.count, by: 1024) {
      let block = Array(items[start..<min(items.count, start + 1024)])
      for (item, result) in zip(block, decode(block, size: nil)) { try body(item, result) }
    }
  }

  private static func make(
    _ file: FolderFile,
    in path: String,
    _ decoding: ImageDecoder.Options,
    _ size: Int?
  ) throws(MakingFailure) -> Made {
    let full = "\(path)/\(file.path)"
    if let refusal = file.error(in: path) {
      throw MakingFailure(reason: refusal.cause, error: refusal)
    }
    let bytes: [UInt8]
    do {
      bytes = try PictureFile.read(full)
    } catch {
      var refused = file
      (refused.content, refused.refusal) = (.broken(error.cause), error.kind)
      throw MakingFailure(reason: error.cause, error: refused.error(in: path) ?? error)
    }
    let image: DecodedImage
    do {
      image = try ImageDecoder.decode(bytes, decoding)
    } catch {
      throw MakingFailure(
        reason: error.reason,
        error: refusal(full, error),
        isOfThePicture: error.kind != .memory
      )
    }
    guard let size else { return Made(pixels: [], sha256: "", traits: image.traits) }
    do {
      return Made(
        pixels: image.centreSquare(size),
        sha256: try bytes.withUnsafeBytes { try SHA256.of($0) },
        traits: image.traits
      )
    } catch {
      throw MakingFailure(reason: "\(error)", error: error, isOfThePicture: false)
    }
  }

  private static func refusal(_ path: String, _ failure: ImageDecoder.Failure) -> ImageDataError {
    switch failure.kind {
    case .damaged:
      ImageDataError(
        .badData,
        path,
        failure.cause,
        remedy: "Mend or remove it, or leave such files out with --skip-corrupt."
      )
    case .unsupported:
      ImageDataError(
        .badData,
        path,
        failure.cause,
        remedy: "Convert it (PNG of 8 bits is always read), or leave such files out with "
          + "--skip-corrupt."
      )
    case .memory:
      ImageDataError(.inputOutput, path, failure.cause, remedy: "Free memory and import again.")
    }
  }
}
