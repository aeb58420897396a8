import CCodecs
import Foundation
import ImageData

/// An 8-bit image in memory: rows of pixels of `channels` bytes.
struct DecodedImage {
  let width: Int
  let height: Int
  let channels: Int
  let traits: PictureTraits
  private let storage: Storage

  /// Pixels from `malloc`, which are freed with it.
  private final class Storage {
    let pixels: UnsafeMutableRawPointer?
    init(_ pixels: UnsafeMutableRawPointer?) { self.pixels = pixels }
    deinit { free(pixels) }
  }

  /// Takes over the pixels that the decoder reserved.
  init(_ picture: codecs_picture, channels: Int) {
    width = Int(picture.width)
    height = Int(picture.height)
    self.channels = channels
    traits = PictureTraits(picture)
    storage = Storage(picture.pixels)
  }

  func withPixels<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    withExtendedLifetime(storage) {
      let count = storage.pixels == nil ? 0 : width * height * channels
      let start = storage.pixels?.assumingMemoryBound(to: UInt8.self)
      return body(UnsafeBufferPointer(start: start, count: count))
    }
  }

  var pixels: [UInt8] { withPixels { Array($0) } }

  /// Resized so that the shorter side has `size` pixels, and cut to the square in the centre.
  func centreSquare(_ size: Int) -> [UInt8] {
    let shape = ImageShape(height: height, width: width, channels: channels)
    return withPixels { shape.centreSquare(size, of: $0) }
  }
}

/// What had to be done to decode a picture.
struct PictureTraits: Sendable {
  var wasTurned = false
  var isTransparent = false
  var isCMYK = false
  /// It has further frames or pages, which are not read.
  var hasMore = false
  /// The largest sample of a picture of 16 bits for each channel.
  var largestSample: Int?
  /// What the decoder complained about though all pixels are there.
  var warning: String?

  init(_ picture: codecs_picture) {
    wasTurned = picture.orientation != 1
    isTransparent = picture.is_transparent != 0
    isCMYK = picture.is_cmyk != 0
    hasMore = picture.has_more != 0
    largestSample = picture.largest_sample < 0 ? nil : Int(picture.largest_sample)
    warning = withUnsafeBytes(of: picture.warning) { bytes in
      let text = bytes.prefix { $0 != 0 }
      return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }
  }
}
