import CCodecs

/// Decodes JPEG (libjpeg-turbo) and PNG (libspng) files. Transparency is dropped and orientation
/// tags are ignored, as training code usually does.
enum ImageDecoder {
  struct Failure: Error { var reason: String }

  private static let jpegStart: [UInt8] = [0xff, 0xd8]
  private static let pngStart: [UInt8] = [0x89, 0x50, 0x4e, 0x47]

  /// - Throws: `Failure` when the bytes are not a whole, sound image.
  static func decode(_ bytes: [UInt8], channels: Int) throws(Failure) -> DecodedImage {
    if bytes.starts(with: jpegStart) {
      return try decode(bytes, channels, codecs_jpeg_size, codecs_jpeg_decode)
    }
    if bytes.starts(with: pngStart) {
      return try decode(bytes, channels, codecs_png_size, codecs_png_decode)
    }
    throw Failure(reason: bytes.isEmpty ? "the file is empty" : "neither a JPEG nor a PNG file")
  }

  private typealias Size = (
    UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?,
    UnsafeMutablePointer<CChar>?
  ) -> Int32
  private typealias Decode = (
    UnsafePointer<UInt8>?, Int, Int32, UnsafeMutablePointer<UInt8>?, Int,
    UnsafeMutablePointer<CChar>?
  ) -> Int32

  private static func decode(
    _ bytes: [UInt8],
    _ channels: Int,
    _ size: Size,
    _ decode: Decode
  ) throws(Failure) -> DecodedImage {
    var message = [CChar](repeating: 0, count: Int(CODECS_MESSAGE))
    var width: Int32 = 0
    var height: Int32 = 0
    guard size(bytes, bytes.count, &width, &height, &message) == 0 else {
      throw Failure(reason: text(message))
    }
    let capacity = Int(width) * Int(height) * channels
    var pixels = [UInt8](repeating: 0, count: capacity)
    guard decode(bytes, bytes.count, Int32(channels), &pixels, capacity, &message) == 0 else {
      throw Failure(reason: text(message))
    }
    return DecodedImage(
      width: Int(width),
      height: Int(height),
      channels: channels,
      pixels: pixels
    )
  }
}
