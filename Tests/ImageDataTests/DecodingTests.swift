import Testing

@testable import PictureFolders

@Suite struct DecodingTests {
  @Test func pngIsExact() throws {
    for file in [Fixture.png, Fixture.alphaPNG] {
      let image = try ImageDecoder.decode(file, channels: 3)
      #expect((image.width, image.height) == (16, 12))
      #expect(image.pixels == Fixture.rgb)
    }
    let palette = try ImageDecoder.decode(Fixture.palettePNG, channels: 3)
    #expect(palette.pixels.prefix(6) == [45, 40, 43, 45, 40, 43])
  }

  @Test func greyOfEveryFormatAgrees() throws {
    let grey = try ImageDecoder.decode(Fixture.greyPNG, channels: 1).pixels
    #expect(
      grey.prefix(18) == [0, 5, 11, 16, 21, 26, 32, 37, 42, 48, 53, 58, 63, 69, 74, 79, 13, 18]
    )
    #expect(try ImageDecoder.decode(Fixture.png, channels: 1).pixels == grey)
    // JPEG at quality 90 loses a little.
    #expect(difference(try ImageDecoder.decode(Fixture.greyJPEG, channels: 1).pixels, grey) <= 8)
    #expect(difference(try ImageDecoder.decode(Fixture.jpeg, channels: 1).pixels, grey) <= 8)
  }

  @Test func jpegIsDecoded() throws {
    let image = try ImageDecoder.decode(Fixture.jpeg, channels: 3)
    #expect((image.width, image.height) == (16, 12))
    // What Pillow's own copy of libjpeg-turbo gives; smoothing of chroma may differ by rounding.
    #expect(
      difference(Array(image.pixels.prefix(12)), [1, 1, 1, 9, 3, 5, 23, 6, 14, 38, 6, 19]) <= 2
    )
  }

  @Test(arguments: [Fixture.png, Fixture.jpeg, Fixture.greyJPEG, Fixture.palettePNG])
  func cutOrChangedFilesNeverCrash(file: [UInt8]) throws {
    for length in 0..<(file.count - 12) {
      #expect(throws: ImageDecoder.Failure.self) {
        _ = try ImageDecoder.decode(Array(file.prefix(length)), channels: 3)
      }
    }
    for index in file.indices {
      var damaged = file
      damaged[index] ^= 0x55
      _ = try? ImageDecoder.decode(damaged, channels: 3)
    }
  }

  /// `Image.resize` with BILINEAR of Pillow, then the centre; its steps round to whole numbers twice.
  @Test func resizingAgreesWithPillow() throws {
    let image = try ImageDecoder.decode(Fixture.png, channels: 3)
    let smaller: [UInt8] = [
      17, 18, 18, 53, 18, 35, 92, 18, 53, 133, 18, 72, 173, 18, 91, 17, 62, 42, 53, 62, 59, 92, 62,
      77, 133, 62, 96, 173, 62, 115, 17, 110, 69, 53, 110, 86, 92, 110, 104, 133, 110, 123, 173,
      110,
      142, 17, 158, 95, 53, 158, 112, 92, 158, 130, 133, 158, 149, 173, 158, 168, 17, 202, 119, 53,
      202, 136, 92, 202, 154, 133, 202, 173, 173, 202, 192,
    ]
    #expect(difference(image.centreSquare(5), smaller) <= 1)
    let grey = try ImageDecoder.decode(Fixture.png, channels: 1).centreSquare(20)
    let rows: [[UInt8]] = [
      [9, 12, 15, 19, 22, 25, 28, 32, 35, 38, 41, 45, 48, 51, 54, 57, 61, 64, 67, 71],
      [61, 64, 67, 71, 74, 77, 80, 84, 87, 90, 93, 97, 100, 103, 106, 109, 113, 116, 119, 123],
      [
        152, 155, 158, 162, 165, 168, 171, 175, 178, 181, 184, 187, 190, 194, 197, 200, 204, 207,
        210,
        214,
      ],
    ]
    for (row, expected) in zip([0, 7, 19], rows) {
      #expect(difference(Array(grey[(row * 20)..<(row * 20 + 20)]), expected) <= 1)
    }
    var centre: [UInt8] = []
    for y in 0..<12 { centre += Fixture.rgb[((y * 16 + 2) * 3)..<((y * 16 + 14) * 3)] }
    #expect(image.centreSquare(12) == centre)
  }
}
