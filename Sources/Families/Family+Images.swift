import SearchSpaces

extension Family {
  /// The images that members take, and how pixels become the numbers that networks see.
  public struct Images: Sendable, Hashable {
    /// In the order of the classes' numbers.
    public var classNames: [String]
    /// Of the data set's images, in pixels. A member's own resolution may be another.
    public var height: Int
    public var width: Int
    public var channels: ColourOrder
    /// Per channel, on the scale of 0 to 1. A byte `v` becomes `(v / 255 - mean) / deviation`.
    public var mean: [Double]
    public var deviation: [Double]
    public var resizing: Resizing

    public enum ColourOrder: Sendable, Hashable {
      case grey
      case rgb
      /// Channels without a meaning that is known here, in the data set's order.
      case other(count: Int)

      public init(count: Int) {
        switch count {
        case 1: self = .grey
        case 3: self = .rgb
        default: self = .other(count: count)
        }
      }

      public var count: Int {
        switch self {
        case .grey: 1
        case .rgb: 3
        case .other(let count): count
        }
      }

      /// Its name in files.
      package var name: String {
        switch self {
        case .grey: "grey"
        case .rgb: "RGB"
        case .other: "other"
        }
      }
    }

    /// How images come to a member's resolution.
    public enum Resizing: String, Sendable, Hashable {
      /// The resolution is no decision of the space: images are taken as they are.
      case none
      /// After normalisation; antialiased where images shrink.
      case antialiasedBilinear = "antialiased bilinear, after normalisation"

      init(_ space: some SearchSpace) {
        self = space.input.resolution.decision == nil ? .none : .antialiasedBilinear
      }
    }

    /// - Parameters:
    ///   - deviation: the divisor, never 0.
    package init(
      classNames: [String],
      height: Int,
      width: Int,
      mean: [Double],
      deviation: [Double],
      space: some SearchSpace
    ) {
      self.classNames = classNames
      self.height = height
      self.width = width
      channels = ColourOrder(count: space.input.channels)
      self.mean = mean
      self.deviation = deviation
      resizing = Resizing(space)
    }
  }
}
