import ImageData

/// Which dimension of an image array is what: a word such as `nhwc`.
struct ArrayLayout: Equatable {
  /// One letter for each dimension, as the owner of the array counts them: n, h, w and, unless the
  /// images are grey, c.
  let letters: [Character]

  var text: String { String(letters) }

  static let usual = "nhw, nhwc, nchw, hwn, hwcn, ncwh"

  /// - Throws: `ImageDataError` of kind `misuse` when it is no arrangement of n, h, w and c.
  init(_ text: String) throws {
    letters = Array(text.lowercased())
    guard ["hnw", "chnw"].contains(String(letters.sorted())) else {
      throw ImageDataError(
        .misuse,
        "--layout \(text)",
        "a layout names each dimension once: n (images), h (height), w (width), c (channels)",
        remedy: "For example \(Self.usual)."
      )
    }
  }

  private init(known letters: String) { self.letters = Array(letters) }

  /// The layout of an array where only one is likely.
  ///
  /// - Throws: `ImageDataError` that asks for it otherwise.
  init(guessing array: some ForeignArray, labels: Int) throws {
    let shape = array.ownersShape
    let candidates: [String]
    switch shape.count {
    case 3:
      candidates = ["nhw", "hwn"].filter { shape[$0 == "nhw" ? 0 : 2] == labels }
      guard candidates.count != 1 else { break }
      self.init(known: "nhw")
      return
    case 4: candidates = Self.likely(shape, labels)
    case 2:
      let side = Int(Double(shape[1]).squareRoot().rounded())
      throw array.refuse(
        "shape \(shape) is flat, images have a height and a width",
        remedy: "Store them so: x.reshape(-1, "
          + (side * side == shape[1] ? "\(side), \(side)" : "height, width") + ")."
      )
    default:
      throw array.refuse(
        "shape \(shape) is neither that of grey images, as [N, H, W], nor of colour images, as "
          + "[N, H, W, C] or [N, C, H, W]",
        remedy: "Store one array of images with three or four dimensions."
      )
    }
    if candidates.count == 1 {
      let layout = Self(known: candidates[0])
      try layout.checkChannels(array)
      self = layout
      return
    }
    if shape.count == 4, [shape[1], shape[3]].contains(4), ![shape[1], shape[3]].contains(3) {
      throw Self.fourChannels(array, shape[3] == 4 ? "nhwc" : "nchw")
    }
    throw array.refuse(
      "it is not clear which dimension of shape \(shape) holds the channels",
      remedy:
        "Say it with --layout, for example \(candidates.first.map { "\($0) or nchw" } ?? "nhwc or nchw"): "
        + "n images, h height, w width, c channels."
    )
  }

  /// Layouts under which there are as many images as labels, and 1 or 3 channels.
  private static func likely(_ shape: [Int], _ labels: Int) -> [String] {
    ["nhwc", "nchw", "hwcn"].filter { text in
      let letters = Array(text)
      guard let n = letters.firstIndex(of: "n"), let c = letters.firstIndex(of: "c") else {
        return false
      }
      // Without labels that fit, the first dimension counts.
      let fits = shape[n] == labels || (n == 0 && !shape.contains(labels))
      return fits && [1, 3].contains(shape[c])
    }
  }

  private func checkChannels(_ array: some ForeignArray) throws {
    guard let place = letters.firstIndex(of: "c"), array.ownersShape[place] == 4 else { return }
    throw Self.fourChannels(array, text)
  }

  private static func fourChannels(_ array: some ForeignArray, _ layout: String) -> ImageDataError {
    array.refuse(
      "images of 4 channels, as of RGBA pictures, are not supported",
      remedy:
        "Leave the fourth out, x[..., :3] where it is the last dimension; if all four are to be "
        + "taken as they are, say --layout \(layout)."
    )
  }
}

/// An array of images under a layout.
struct ImageArray {
  let array: any ForeignArray
  let layout: ArrayLayout
  let shape: ImageShape
  let count: Int
  /// The dimension of the images, as the array lies in the file.
  let axis: Int
  /// Dimensions of height, width and channels, likewise; channels -1 where there are none.
  private let sides: (height: Int, width: Int, channels: Int)

  /// - Throws: `ImageDataError` when the layout does not suit the array.
  init(_ array: any ForeignArray, _ layout: ArrayLayout) throws {
    let letters = array.isReversed ? layout.letters.reversed() : layout.letters
    guard letters.count == array.shape.count else {
      throw array.refuse(
        "layout \(layout.text) does not suit shape \(array.ownersShape)",
        remedy: "Name each of its \(array.shape.count) dimensions once."
      )
    }
    func place(_ letter: Character) -> Int { letters.firstIndex(of: letter) ?? -1 }
    self.array = array
    self.layout = layout
    axis = place("n")
    sides = (place("h"), place("w"), place("c"))
    count = array.shape[axis]
    shape = ImageShape(
      height: array.shape[sides.height],
      width: array.shape[sides.width],
      channels: sides.channels < 0 ? 1 : array.shape[sides.channels]
    )
    try shape.check(array.place)
  }

  /// Whether blocks along the first dimension are images as they are to be.
  private var isOrdered: Bool {
    axis == 0 && sides.height == 1 && sides.width == 2
      && (sides.channels < 0 || sides.channels == 3)
  }

  /// Puts images `range` of a block of `total` of them into the order of height, width, channel.
  func ordered(_ block: [UInt8], _ range: Range<Int>, of total: Int) -> [UInt8] {
    let size = shape.byteCount
    guard !isOrdered else {
      return range.count == total
        ? block : Array(block[(range.lowerBound * size)..<(range.upperBound * size)])
    }
    var lengths = array.shape
    lengths[axis] = total
    func step(_ axis: Int) -> Int { axis < 0 ? 0 : lengths[(axis + 1)...].reduce(1, *) }
    let (image, row, column, channel) = (
      step(axis), step(sides.height), step(sides.width), step(sides.channels)
    )
    return [UInt8](unsafeUninitializedCapacity: range.count * size) { result, count in
      block.withUnsafeBufferPointer { block in
        var next = 0
        for number in range {
          for y in 0..<shape.height {
            for x in 0..<shape.width {
              let first = number * image + y * row + x * column
              for c in 0..<shape.channels {
                result[next] = block[first + c * channel]
                next += 1
              }
            }
          }
        }
      }
      count = range.count * size
    }
  }
}
