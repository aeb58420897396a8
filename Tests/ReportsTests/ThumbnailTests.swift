import CCodecs
import Foundation
import ImageData
import Testing

@testable import Reports

@Suite struct ThumbnailTests {
  /// Decodes what an `img` would show, with the decoder of imports.
  private func decode(_ address: String, channels: Int32) throws -> (
    type: Int32, height: Int, width: Int, pixels: [UInt8]
  ) {
    let comma = try #require(address.firstIndex(of: ","))
    let file = try #require(Data(base64Encoded: String(address[address.index(after: comma)...])))
    var options = codecs_picture_options()
    options.channels = channels
    options.white = 65535
    var picture = codecs_picture()
    var message = [CChar](repeating: 0, count: Int(CODECS_MESSAGE))
    let bytes = [UInt8](file)
    try #require(codecs_picture_decode(bytes, bytes.count, &options, &picture, &message) == 0)
    defer { codecs_picture_free(&picture) }
    let (height, width) = (Int(picture.height), Int(picture.width))
    let count = height * width * Int(channels)
    let pixels = Array(UnsafeBufferPointer(start: picture.pixels, count: count))
    return (Int32(picture.type), height, width, pixels)
  }

  @Test(arguments: [1, 3]) func smallImagesStayExact(channels: Int) throws {
    let shape = ImageShape(height: 5, width: 7, channels: channels)
    let pixels = (0..<shape.byteCount).map { UInt8($0 * 7 % 256) }
    let address = try Thumbnail.address(pixels, shape)
    #expect(address.hasPrefix("data:image/png;base64,"))
    let picture = try decode(address, channels: Int32(channels))
    #expect(picture.type == Int32(CODECS_PNG))
    #expect(picture.height == 5 && picture.width == 7 && picture.pixels == pixels)
    #expect(try Thumbnail.address(pixels, shape) == address)
  }

  @Test(arguments: [1, 3]) func largeImagesBecomeSmall(channels: Int) throws {
    let shape = ImageShape(height: 200, width: 300, channels: channels)
    let pixels = [UInt8](repeating: 180, count: shape.byteCount)
    let address = try Thumbnail.address(pixels, shape)
    #expect(address.hasPrefix("data:image/jpeg;base64,"))
    let picture = try decode(address, channels: Int32(channels))
    #expect(picture.height == 50 && picture.width == 75)
    #expect(picture.pixels.allSatisfy { abs(Int($0) - 180) < 4 })
  }

  /// Means over squares, and no square reaches beyond the border of a narrow image.
  @Test func reductionTakesMeans() {
    let shape = ImageShape(height: 192, width: 1, channels: 1)
    let pixels = (0..<192).map { UInt8($0 % 2 == 0 ? 10 : 21) }
    let (small, height, width) = Thumbnail.reduced(pixels, shape)
    #expect(height == 96 && width == 1)
    #expect(small == [UInt8](repeating: 16, count: 96))
  }
}
