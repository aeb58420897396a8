import CCodecs
import Foundation
import ImageData

/// A picture small enough for a page, as the address of an `img`.
enum Thumbnail {
  /// Pixels of the longer side, at most.
  static let size = 96
  /// Images up to so many pixels stay exact (PNG), larger ones become JPEG.
  static let exactPixels = 40 * 40
  private static let quality: Int32 = 82

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// - Parameter pixels: `[height, width, channels]` of 1 (grey) or 3 (RGB) channels.
  /// - Throws: ``Failure`` when the encoder refuses.
  static func address(_ pixels: [UInt8], _ shape: ImageShape) throws -> String {
    let (small, height, width) = reduced(pixels, shape)
    let isExact = height * width <= exactPixels
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = [CChar](repeating: 0, count: Int(CODECS_MESSAGE))
    let (rows, columns, channels) = (Int32(height), Int32(width), Int32(shape.channels))
    let status =
      isExact
      ? codecs_png_encode(small, columns, rows, channels, &bytes, &count, &message)
      : codecs_jpeg_encode(small, columns, rows, channels, quality, &bytes, &count, &message)
    guard status == 0, let bytes else { throw Failure(description: String(codecs: message)) }
    defer { codecs_bytes_free(bytes) }
    let text = Data(bytes: bytes, count: count).base64EncodedString()
    return "data:image/\(isExact ? "png" : "jpeg");base64,\(text)"
  }

  /// Means over squares of pixels, as few as needed for ``size``; a rest at the border is left out.
  static func reduced(_ pixels: [UInt8], _ shape: ImageShape) -> ([UInt8], height: Int, width: Int)
  {
    let factor = (max(shape.height, shape.width) + size - 1) / size
    guard factor > 1 else { return (pixels, shape.height, shape.width) }
    let (height, width) = (max(1, shape.height / factor), max(1, shape.width / factor))
    let (rows, columns) = (min(factor, shape.height), min(factor, shape.width))
    var result: [UInt8] = []
    result.reserveCapacity(height * width * shape.channels)
    for row in 0..<height {
      for column in 0..<width {
        for channel in 0..<shape.channels {
          var sum = 0
          for y in row * factor..<row * factor + rows {
            for x in column * factor..<column * factor + columns {
              sum += Int(pixels[(y * shape.width + x) * shape.channels + channel])
            }
          }
          result.append(UInt8((sum + rows * columns / 2) / (rows * columns)))
        }
      }
    }
    return (result, height, width)
  }
}
