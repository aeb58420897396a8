import ImageData

/// How the bytes of a data set become what a model that was made elsewhere takes: colours, then size,
/// then `(v / 255 * scale - mean) / deviation` for a byte `v`.
package struct ImagePreparation: Sendable, Hashable {
  package enum Colours: String, Sendable, Hashable, CaseIterable {
    case rgb
    /// As OpenCV has them.
    case bgr
    case grey

    var channels: Int { self == .grey ? 1 : 3 }
  }

  /// Nil leaves the channels of the data set as they are. A grey image has three equal colours.
  package var colours: Colours?
  /// Side of the square images to make: the shorter side is resized and the centre cut out. Nil leaves
  /// images as they are.
  package var size: Int?
  /// What a byte of 255 becomes before `mean` and `deviation`: 1 or 255.
  package var scale: Double
  /// After scaling; for each channel, or one number for all; none is 0.
  package var mean: [Double]
  /// The same; none is 1.
  package var deviation: [Double]

  package init(
    colours: Colours? = nil,
    size: Int? = nil,
    scale: Double = 1,
    mean: [Double] = [],
    deviation: [Double] = []
  ) {
    self.colours = colours
    self.size = size
    self.scale = scale
    self.mean = mean
    self.deviation = deviation
  }

  package static let withoutEffect = "the preparation of images is without effect"

  /// What is done, for people.
  package var text: String {
    func numbers(_ values: [Double], _ none: Double) -> String {
      (values.isEmpty ? [none] : values).map { "\($0)" }.joined(separator: ", ")
    }
    return
      "colours \(colours?.rawValue ?? "as they are"), size \(size.map(String.init) ?? "as it is"), "
      + "scale \(scale), mean \(numbers(mean, 0)), deviation \(numbers(deviation, 1))"
  }

  /// The shape of what images of a shape become.
  package func shape(of shape: ImageShape) -> ImageShape {
    ImageShape(
      height: size ?? shape.height,
      width: size ?? shape.width,
      channels: colours?.channels ?? shape.channels
    )
  }

  /// Numbers `[image, row, column, channel]` from the bytes of whole images of a shape.
  ///
  /// Throws ``PredictingError/impossible(_:)`` for means or deviations that do not suit the channels, and
  /// for colours that cannot be made of them.
  package func callAsFunction(_ bytes: [UInt8], _ from: ImageShape) throws -> [Float] {
    let target = shape(of: from)
    let coloured = try recoloured(bytes, from)
    let between = ImageShape(height: from.height, width: from.width, channels: target.channels)
    var resized = coloured
    if let size, between != target || size != from.height {
      resized = []
      coloured.withUnsafeBufferPointer { pixels in
        for start in stride(from: 0, to: pixels.count, by: between.byteCount) {
          let image = UnsafeBufferPointer(rebasing: pixels[start..<start + between.byteCount])
          resized += between.centreSquare(size, of: image)
        }
      }
    }
    return try Normalization(
      target,
      // On the scale of 0 to 1.
      mean: each(mean, 0, target.channels, "mean").map { $0 / scale },
      deviation: each(deviation, 1, target.channels, "deviation").map { $0 / scale }
    )(resized)
  }

  private func each(_ values: [Double], _ none: Double, _ channels: Int, _ name: String) throws
    -> [Double]
  {
    switch values.count {
    case 0: return [Double](repeating: none, count: channels)
    case 1: return [Double](repeating: values[0], count: channels)
    case channels: return values
    default:
      throw PredictingError.impossible(
        "\(values.count) numbers are given for the \(name), and the model's images have \(channels) "
          + "channel\(channels == 1 ? "" : "s"); give one for each, or one for all"
      )
    }
  }

  private func recoloured(_ bytes: [UInt8], _ from: ImageShape) throws -> [UInt8] {
    guard let colours else { return bytes }
    switch (from.channels, colours) {
    case (1, .grey), (3, .rgb): return bytes
    case (1, _): return bytes.flatMap { [$0, $0, $0] }
    case (3, .bgr):
      var result = bytes
      for start in stride(from: 0, to: bytes.count, by: 3) { result.swapAt(start, start + 2) }
      return result
    case (3, .grey):
      // The luma of JPEG and of the pictures that are imported as grey.
      return stride(from: 0, to: bytes.count, by: 3).map { start in
        let parts = [
          299 * Int(bytes[start]), 587 * Int(bytes[start + 1]), 114 * Int(bytes[start + 2]),
        ]
        return UInt8((parts[0] + parts[1] + parts[2] + 500) / 1000)
      }
    default:
      throw PredictingError.impossible(
        "images of \(from.channels) channels cannot be made \(colours.rawValue)"
      )
    }
  }
}
