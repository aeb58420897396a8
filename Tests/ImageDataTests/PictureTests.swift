import AtomicFiles
import TestSupport
import Testing

@testable import PictureFolders

/// A file of Tests/Fixtures/Images, all of which show `Fixture.rgb`.
private func picture(_ name: String) throws -> [UInt8] { try bytes(of: fixture("Images/\(name)")) }

private func decode(
  _ name: String,
  _ options: ImageDecoder.Options = .init()
) throws -> DecodedImage {
  try ImageDecoder.decode(picture(name), options)
}

/// `Fixture.rgb`, each pixel changed.
private func painted(_ change: (_ x: Int, _ pixel: ArraySlice<UInt8>) -> [UInt8]) -> [UInt8] {
  (0..<192).flatMap { change($0 % 16, Fixture.rgb[(3 * $0)..<(3 * $0 + 3)]) }
}

/// A PNG file with a chunk more, before its pixels.
private func adding(_ type: String, _ content: [UInt8], to png: [UInt8]) -> [UInt8] {
  let chunk = Array(type.utf8) + content
  let checksum = chunk.withUnsafeBytes { CRC32.of($0) }
  var file = Array(png.prefix(33))
  file += [0, 0, 0, UInt8(content.count)]
  file += chunk
  for shift in [24, 16, 8, 0] { file.append(UInt8(checksum >> UInt32(shift) & 255)) }
  return file + png.dropFirst(33)
}

@Suite struct PictureTests {
  @Test(arguments: ["colour.webp", "colour.tif", "colour.bmp", "colour.gif"])
  func everyFormatIsExact(name: String) throws {
    let image = try decode(name)
    #expect((image.width, image.height) == (16, 12))
    #expect(image.pixels == Fixture.rgb)
    let grey = try decode(name, .init(channels: 1)).pixels
    #expect(grey == (try ImageDecoder.decode(Fixture.png, channels: 1).pixels))
  }

  @Test func onlyTheFirstFrameIsUsed() throws {
    for name in ["frames.gif", "frames.webp", "pages.tif"] {
      let image = try decode(name)
      #expect(image.pixels == Fixture.rgb, "\(name)")
      #expect(image.traits.hasMore, "\(name)")
    }
    #expect(try !decode("colour.gif").traits.hasMore)
  }

  /// The place of each upright pixel in `Fixture.rgb`, for the orientations 1 to 8.
  private static func upright(_ orientation: Int) -> [UInt8] {
    let (width, height) = (16, 12)
    let isTurned = orientation > 4
    return (0..<(isTurned ? width : height)).flatMap { y in
      (0..<(isTurned ? height : width)).flatMap { x in
        let (column, row) =
          switch orientation {
          case 2: (width - 1 - x, y)
          case 3: (width - 1 - x, height - 1 - y)
          case 4: (x, height - 1 - y)
          case 5: (y, x)
          case 6: (y, height - 1 - x)
          case 7: (width - 1 - y, height - 1 - x)
          case 8: (width - 1 - y, x)
          default: (x, y)
          }
        let start = 3 * (row * width + column)
        return Fixture.rgb[start..<(start + 3)]
      }
    }
  }

  /// EXIF data of nothing but an orientation, in one of the two orders of bytes.
  private static func exif(_ orientation: Int, bigEndian: Bool) -> [UInt8] {
    let value = UInt8(orientation)
    return bigEndian
      ? [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0]
      : [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 18, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0]
  }

  @Test(arguments: 1...8) func picturesAreTurnedUpright(orientation: Int) throws {
    for bigEndian in [true, false] {
      let exif = Self.exif(orientation, bigEndian: bigEndian)
      // JPEG: a segment after the first two bytes. Its pixels are those of the file without it.
      let segment = Array("Exif\0\0".utf8) + exif
      var jpeg = Array(Fixture.jpeg.prefix(2))
      jpeg += [0xff, 0xe1, 0, UInt8(segment.count + 2)]
      jpeg += segment + Fixture.jpeg.dropFirst(2)
      let image = try ImageDecoder.decode(jpeg, channels: 3)
      #expect(image.traits.wasTurned == (orientation != 1))
      #expect(image.width == (orientation > 4 ? 12 : 16))
      #expect(difference(image.pixels, Self.upright(orientation)) <= 24)
      let png = adding("eXIf", exif, to: Fixture.png)
      #expect(
        try ImageDecoder.decode(png, channels: 3).pixels == Self.upright(orientation)
      )
    }
    // TIFF: the value in its own directory (tag 274, little endian).
    var tiff = try picture("turned.tif")
    let tag: [UInt8] = [18, 1, 3, 0, 1, 0, 0, 0]
    let place = try #require(tiff.indices.first { tiff[$0...].starts(with: tag) })
    tiff[place + 8] = UInt8(orientation)
    #expect(try ImageDecoder.decode(tiff, channels: 3).pixels == Self.upright(orientation))
    if orientation == 6 {
      for name in ["turned.webp", "turned.png"] {
        #expect(try decode(name).pixels == Self.upright(6), "\(name)")
      }
    }
  }

  @Test func transparencyIsComposed() throws {
    for name in ["clear.png", "clear.webp", "clear.tif"] {
      for (background, colour) in [(Colour.white, 255), (.black, 0)] as [(Colour, UInt8)] {
        let image = try decode(name, .init(background: background))
        #expect(image.traits.isTransparent)
        let expected = painted { x, pixel in x < 8 ? Array(pixel) : [colour, colour, colour] }
        #expect(image.pixels == expected, "\(name)")
      }
    }
    // Grey, whose alpha libtiff handles in another way.
    let grey = try ImageDecoder.decode(Fixture.greyPNG, channels: 1).pixels
    #expect(
      try decode("clear-grey.tif", .init(channels: 1)).pixels
        == (0..<192).map { $0 % 16 < 8 ? grey[$0] : 255 }
    )
    #expect(try !ImageDecoder.decode(Fixture.alphaPNG, channels: 3).traits.isTransparent)
  }

  @Test func samplesOf16BitsAreScaled() throws {
    let red = painted { _, pixel in [pixel[pixel.startIndex]] }
    let full = try decode("deep.png", .init(channels: 1))
    #expect(full.traits.largestSample == 225 * 257)
    #expect(full.pixels == red)
    for name in ["deep-12-bits.png", "deep-12-bits.tif"] {
      let dark = try decode(name, .init(channels: 1))
      #expect(dark.traits.largestSample == 225 * 16)
      #expect(dark.pixels == red.map { $0 >> 4 })
      let stretched = try decode(name, .init(channels: 1, white: 4095)).pixels
      #expect(difference(stretched, red) <= 1)
    }
  }

  /// Inverted as Adobe does it, the same as brightness and colour, and as they are.
  @Test(arguments: ["ink.jpg", "ycck.jpg", "plain-ink.jpg"]) func inksAreRed(name: String) throws {
    let image = try decode(name)
    #expect(image.traits.isCMYK)
    #expect(difference(image.pixels, painted { _, _ in [255, 0, 0] }) <= 2)
    #expect(try decode(name, .init(channels: 1)).pixels.allSatisfy { (74...78).contains($0) })
  }

  @Test func warningsAreNoDamage() throws {
    let whole = try ImageDecoder.decode(Fixture.jpeg, channels: 3).pixels
    var revision = Fixture.jpeg
    revision.replaceSubrange(11..<13, with: [0, 0])
    let scan = try #require(
      Fixture.jpeg.indices.first { Fixture.jpeg[$0...].starts(with: [255, 0xda]) }
    )
    let stray = Fixture.jpeg[..<scan] + [0, 0] + Fixture.jpeg[scan...]
    let endless = Fixture.jpeg.dropLast(2)
    for file in [revision, Array(stray), Array(endless)] {
      let image = try ImageDecoder.decode(file, channels: 3)
      #expect(image.pixels == whole)
      #expect(image.traits.warning != nil)
    }
    // A colour profile with a damaged name in front of sound pixels.
    let png = adding("iCCP", [0, 0], to: Fixture.png)
    #expect(try ImageDecoder.decode(png, channels: 3).pixels == Fixture.rgb)
  }

  /// Closed after half its data, a JPEG file is still cut short.
  @Test func cutAndClosedIsStillCut() throws {
    let cut = Array(try picture("turned.jpg").dropLast(60)) + [0xff, 0xd9]
    #expect(throws: ImageDecoder.Failure.self) { _ = try ImageDecoder.decode(cut, channels: 3) }
  }

  @Test(arguments: [
    "colour.webp", "frames.webp", "turned.webp", "colour.tif", "deep-12-bits.tif", "colour.bmp",
    "black-and-white.bmp", "colour.gif", "deep-12-bits.png", "ycck.jpg",
  ])
  func cutOrChangedFilesNeverCrash(name: String) throws {
    let file = try picture(name)
    for length in stride(from: 0, to: file.count / 2, by: 7) {
      #expect(throws: ImageDecoder.Failure.self) {
        _ = try ImageDecoder.decode(Array(file.prefix(length)), channels: 3)
      }
    }
    for index in stride(from: 0, to: file.count, by: 3) {
      var damaged = file
      damaged[index] ^= 0x55
      _ = try? ImageDecoder.decode(damaged, channels: 3)
    }
  }

  /// 60,000 x 60,000 pixels in the header of a file of a few bytes.
  @Test func hugePicturesAreRefused() throws {
    func claim(_ name: String, _ place: Int, _ bytes: [UInt8], again: Int) throws -> [UInt8] {
      var file = try picture(name)
      file.replaceSubrange(place..<(place + bytes.count), with: bytes)
      file.replaceSubrange(again..<(again + bytes.count), with: bytes)
      return file
    }
    let jpeg = try picture("turned.jpg")
    let frame = try #require(jpeg.indices.first { jpeg[$0...].starts(with: [255, 0xc0]) })
    let files = [
      try claim("turned.jpg", frame + 5, [0xea, 0x60], again: frame + 7),
      try claim("colour.bmp", 18, [0x60, 0xea, 0, 0], again: 22),
      try claim("colour.gif", 6, [0x60, 0xea], again: 8),
    ]
    for file in files {
      let failure = #expect(throws: ImageDecoder.Failure.self) {
        _ = try ImageDecoder.decode(file, channels: 3)
      }
      #expect(failure?.reason == "60000 x 60000 pixels are too large to be decoded")
      #expect(failure?.kind == .unsupported)
    }
  }

  @Test func kindsThatAreNotReadAreNotCalledDamaged() throws {
    let failure = #expect(throws: ImageDecoder.Failure.self) { _ = try decode("real-numbers.tif") }
    #expect(failure?.kind == .unsupported)
    var packed = try picture("colour.bmp")
    packed[30] = 1
    let second = #expect(throws: ImageDecoder.Failure.self) {
      _ = try ImageDecoder.decode(packed, channels: 3)
    }
    #expect(second?.kind == .unsupported)
  }

  @Test func coloursAreWrittenInSeveralWays() {
    #expect(Colour("#8080ff") == Colour(red: 128, green: 128, blue: 255))
    #expect(Colour("F00") == Colour(red: 255, green: 0, blue: 0))
    #expect(Colour("White") == .white)
    #expect(Colour("8080ff")?.description == "#8080ff")
    for text in ["", "#", "red", "12345", "+12345", "#1234567"] { #expect(Colour(text) == nil) }
  }
}
