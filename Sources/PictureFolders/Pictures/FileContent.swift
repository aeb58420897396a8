import CCodecs
import Foundation

/// What a file is by its first bytes and, where these do not tell, by the ending of its name.
enum FileContent: Sendable, Hashable {
  case picture(PictureType)
  /// A picture of a type that is not read, by its name in the field.
  case unread(String)
  /// No picture.
  case other
  /// Called a picture, but certainly none.
  case broken(String)

  /// A type of picture that is read.
  struct PictureType: Sendable, Hashable {
    let endings: [String]
    /// It may have samples of 16 bits.
    let mayBeDeep: Bool
  }

  /// How many first bytes tell what a file is.
  static let headSize = 512

  private static let endings: [(type: Int, endings: [String])] = [
    (CODECS_JPEG, ["jpg", "jpeg", "jpe", "jfif", "mpo"]),
    (CODECS_PNG, ["png", "apng"]),
    (CODECS_WEBP, ["webp"]),
    (CODECS_TIFF, ["tif", "tiff"]),
    (CODECS_GIF, ["gif"]),
    (CODECS_BMP, ["bmp", "dib"]),
  ]

  /// Whether a file of this ending is meant to be a picture that is read.
  static func isPictureEnding(_ ending: String) -> Bool {
    endings.contains { $0.endings.contains(ending) }
  }

  /// - Parameters:
  ///   - head: the first `headSize` bytes, or all there are.
  ///   - ending: of the name, in small letters, without the dot.
  init(head: [UInt8], ending: String) {
    let type = Int(codecs_picture_type(head, head.count))
    if let known = Self.endings.first(where: { $0.type == type }) {
      // Raw files of many cameras are TIFF files that hold a small preview first.
      if known.endings.contains("tif"), UnreadPictures.cameraRaw.contains(ending) {
        self = .unread(UnreadPictures.rawName)
        return
      }
      let deep =
        known.endings.contains("tif") || (known.endings.contains("png") && head.at(24) == 16)
      self = .picture(PictureType(endings: known.endings, mayBeDeep: deep))
    } else if let name = UnreadPictures.name(head: head) {
      self = .unread(name)
    } else if Self.isPictureEnding(ending) {
      self = .broken(head.isEmpty ? "the file is empty" : "it begins like no picture")
    } else if let name = UnreadPictures.name(ending: ending) {
      self = .unread(name)
    } else {
      self = .other
    }
  }
}

/// Types of pictures that are not read, so that they can be counted by their names.
enum UnreadPictures {
  static let rawName = "camera raw"
  static let cameraRaw: Set = [
    "3fr", "arw", "cr2", "cr3", "crw", "dng", "nef", "nrw", "orf", "pef", "raf", "raw", "rw2",
    "sr2",
    "srw", "x3f",
  ]

  private static let byEnding = [
    "avif": "AVIF", "heic": "HEIC", "heif": "HEIC", "svg": "SVG", "svgz": "SVG", "ico": "ICO",
    "jxl": "JPEG XL", "jp2": "JPEG 2000", "j2k": "JPEG 2000", "jpx": "JPEG 2000",
    "psd": "Photoshop", "tga": "TGA", "pcx": "PCX", "pbm": "PNM", "pgm": "PNM", "ppm": "PNM",
    "pnm": "PNM", "exr": "OpenEXR", "hdr": "Radiance", "dcm": "DICOM", "nii": "NIfTI",
    "fits": "FITS", "dds": "DDS", "qoi": "QOI",
  ]

  static func name(ending: String) -> String? {
    cameraRaw.contains(ending) ? rawName : byEnding[ending]
  }

  static func name(head: [UInt8]) -> String? {
    func text(_ range: Range<Int>) -> String {
      String(decoding: head.prefix(range.upperBound).dropFirst(range.lowerBound), as: UTF8.self)
    }
    // ISO base media files say in their first box what they are.
    if text(4..<8) == "ftyp" {
      switch text(8..<12) {
      case "avif", "avis": return "AVIF"
      case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1": return "HEIC"
      case "crx ": return rawName
      default: return nil
      }
    }
    let starts: [(bytes: [UInt8], name: String)] = [
      ([0xff, 0x0a], "JPEG XL"), ([0, 0, 0, 12] + Array("JXL ".utf8), "JPEG XL"),
      ([0, 0, 0, 12] + Array("jP  ".utf8), "JPEG 2000"), ([0xff, 0x4f, 0xff, 0x51], "JPEG 2000"),
      (Array("8BPS".utf8), "Photoshop"), (Array("qoif".utf8), "QOI"),
      ([0x76, 0x2f, 0x31, 1], "OpenEXR"), (Array("#?RADIANCE".utf8), "Radiance"),
      (Array("DDS ".utf8), "DDS"),
    ]
    if let found = starts.first(where: { head.starts(with: $0.bytes) }) { return found.name }
    if text(128..<132) == "DICM" { return "DICOM" }
    let start = String(decoding: head, as: UTF8.self).drop(while: \.isWhitespace)
    if start.hasPrefix("<svg") || (start.hasPrefix("<?xml") && start.contains("<svg")) {
      return "SVG"
    }
    return nil
  }
}

extension Array where Element == UInt8 {
  fileprivate func at(_ index: Int) -> UInt8? { indices.contains(index) ? self[index] : nil }
}
