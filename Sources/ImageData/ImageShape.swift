/// The size of every image of a data set.
public struct ImageShape: Hashable, Sendable, Codable {
  public var height: Int
  public var width: Int
  /// 1 grey, 3 RGB; other numbers from HDF5 sources only.
  public var channels: Int

  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Bytes of one 8-bit image.
  public var byteCount: Int { height * width * channels }

  static let longestSide = 1 << 14

  /// Rejects sizes that no image has, before memory is reserved for one.
  package func check(_ path: String) throws {
    let sides = 1...Self.longestSide
    guard sides.contains(height), sides.contains(width), (1...256).contains(channels) else {
      throw ImageDataError(
        .badData,
        path,
        "images of \(height) x \(width) pixels with \(channels) channels",
        remedy: "Sides may have 1 to \(Self.longestSide) pixels."
      )
    }
  }
}
