import CCodecs
import ImageData

/// Decodes JPEG (libjpeg-turbo), PNG (libspng), WebP (libwebp), TIFF (libtiff), GIF (giflib) and BMP
/// (stb_image) files, told apart by their content. Pictures are turned upright as their EXIF data
/// say, and transparent ones composed on a background.
enum ImageDecoder {
  struct Options: Sendable {
    /// 1 (grey) or 3 (RGB).
    var channels = 3
    var background = Colour.white
    /// The 16-bit sample that becomes 255. At 65535 the upper 8 bits are taken.
    var white = 65535
  }

  struct Failure: Error {
    enum Kind: Sendable {
      case damaged
      /// Sound for all we know, but of a kind that is not read, or too large.
      case unsupported
      case memory
    }

    var kind: Kind
    var reason: String

    /// What is wrong with the picture, as the end of a sentence about it.
    var cause: String {
      switch kind {
      case .damaged: "the image is corrupt: \(reason)"
      case .unsupported: "the image cannot be read: \(reason)"
      case .memory: reason
      }
    }
  }

  static func decode(_ bytes: [UInt8], channels: Int) throws(Failure) -> DecodedImage {
    try decode(bytes, Options(channels: channels))
  }

  /// - Throws: `Failure` when the bytes are not a whole picture of a kind that is read.
  static func decode(_ bytes: [UInt8], _ options: Options) throws(Failure) -> DecodedImage {
    guard !bytes.isEmpty else { throw Failure(kind: .damaged, reason: "the file is empty") }
    let ground = options.background
    var settings = codecs_picture_options(
      channels: Int32(options.channels),
      background: (ground.red, ground.green, ground.blue),
      white: Int32(options.white)
    )
    var message = [CChar](repeating: 0, count: Int(CODECS_MESSAGE))
    var picture = codecs_picture()
    let status = codecs_picture_decode(bytes, bytes.count, &settings, &picture, &message)
    guard status == 0 else {
      let kind: Failure.Kind =
        switch Int(status) {
        case CODECS_UNSUPPORTED: .unsupported
        case CODECS_NO_MEMORY: .memory
        default: .damaged
        }
      throw Failure(kind: kind, reason: String(codecs: message))
    }
    return DecodedImage(picture, channels: options.channels)
  }
}

/// A colour, 8 bits for each channel.
package struct Colour: Hashable, Sendable, Codable, CustomStringConvertible {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(red: UInt8, green: UInt8, blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  package static let white = Colour(red: 255, green: 255, blue: 255)
  package static let black = Colour(red: 0, green: 0, blue: 0)

  /// "white", "black", or three or six hexadecimal digits with or without "#" before them.
  package init?(_ text: String) {
    switch text.lowercased() {
    case "white": self = .white
    case "black": self = .black
    default:
      var digits = text.hasPrefix("#") ? String(text.dropFirst()) : text
      if digits.utf8.count == 3 { digits = digits.map { "\($0)\($0)" }.joined() }
      guard digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit),
        let number = UInt32(digits, radix: 16)
      else { return nil }
      self.init(
        red: UInt8(number >> 16),
        green: UInt8(number >> 8 & 255),
        blue: UInt8(number & 255)
      )
    }
  }

  package var description: String {
    switch self {
    case .white: return "white"
    case .black: return "black"
    default:
      let number = 1 << 24 | Int(red) << 16 | Int(green) << 8 | Int(blue)
      return "#" + String(number, radix: 16).dropFirst()
    }
  }
}
