import RandomStreams

/// Random changes to training images.
public struct Augmentation: Hashable, Sendable, Codable {
  /// The image is shifted by up to this many pixels in each direction; what comes in is black.
  /// Equal to padding by it and cropping to the old size at random. 0 for none.
  public var cropPadding: Int
  /// Mirror every second image, on average.
  public var horizontalFlip: Bool

  public init(cropPadding: Int = 0, horizontalFlip: Bool = false) {
    self.cropPadding = cropPadding
    self.horizontalFlip = horizontalFlip
  }

  public static let none = Augmentation()

  /// What happens to one image.
  struct Draw: Hashable {
    /// Where in the image the upper left corner of the result lies.
    var top = 0
    var left = 0
    var isFlipped = false
  }

  func draw(_ stream: RandomStream) -> Draw {
    var stream = stream
    var draw = Draw()
    if cropPadding > 0 {
      draw.top = stream.uniform(below: 2 * cropPadding + 1) - cropPadding
      draw.left = stream.uniform(below: 2 * cropPadding + 1) - cropPadding
    }
    if horizontalFlip { draw.isFlipped = stream.next() >> 63 == 1 }
    return draw
  }
}
