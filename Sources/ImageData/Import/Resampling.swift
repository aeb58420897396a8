import Foundation

extension ImageShape {
  /// Resizes an image of this shape so that its shorter side has `size` pixels, then cuts the square in
  /// the centre.
  ///
  /// Bilinear with antialias: a triangle whose half width is one output pixel, or one input pixel
  /// when enlarging. Sizes and offsets are rounded as in torchvision's `Resize` and `CenterCrop`.
  ///
  /// - Parameter pixels: rows of pixels of `channels` bytes, `byteCount` in all.
  /// - Returns: `size` rows of `size` pixels of `channels` bytes.
  package func centreSquare(_ size: Int, of pixels: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    precondition(pixels.count == byteCount)
    let shorter = min(width, height)
    // Taken as it is, the centre needs no weights.
    if shorter == size { return centre(size, of: pixels) }
    let newWidth = width == shorter ? size : size * width / shorter
    let newHeight = height == shorter ? size : size * height / shorter
    let columns = Taps.all(from: width, to: newWidth, keeping: size)
    let rows = Taps.all(from: height, to: newHeight, keeping: size)
    // Only the input rows that an output row needs are resized horizontally.
    let first = rows.first?.first ?? 0
    let last = rows.last.map { $0.first + $0.weights.count } ?? 0
    let rowSize = size * channels
    var narrow = [Float](repeating: 0, count: (last - first) * rowSize)
    var result = [UInt8](repeating: 0, count: size * rowSize)
    narrow.withUnsafeMutableBufferPointer { narrow in
      for y in first..<last {
        for (x, taps) in columns.enumerated() {
          for channel in 0..<channels {
            var sum: Float = 0
            var position = (y * width + taps.first) * channels + channel
            for weight in taps.weights {
              sum += weight * Float(pixels[position])
              position += channels
            }
            narrow[(y - first) * rowSize + x * channels + channel] = sum
          }
        }
      }
    }
    for (y, taps) in rows.enumerated() {
      for x in 0..<rowSize {
        var sum: Float = 0
        for (offset, weight) in taps.weights.enumerated() {
          sum += weight * narrow[(taps.first - first + offset) * rowSize + x]
        }
        result[y * rowSize + x] = UInt8(max(0, min(255, sum.rounded())))
      }
    }
    return result
  }

  /// The square in the centre of an image whose shorter side has `size` pixels already.
  private func centre(_ size: Int, of pixels: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    let left = Taps.skipped(width, keeping: size)
    let top = Taps.skipped(height, keeping: size)
    var result: [UInt8] = []
    result.reserveCapacity(size * size * channels)
    for y in top..<(top + size) {
      let start = (y * width + left) * channels
      result += pixels[start..<(start + size * channels)]
    }
    return result
  }
}

/// The input pixels that make one output pixel along one axis.
private struct Taps {
  var first: Int
  var weights: [Float]

  /// How many of `output` pixels are before the `kept` ones in the centre.
  static func skipped(_ output: Int, keeping kept: Int) -> Int {
    Int((Double(output - kept) / 2).rounded(.toNearestOrEven))
  }

  /// The taps of the `kept` output pixels in the centre.
  static func all(from input: Int, to output: Int, keeping kept: Int) -> [Taps] {
    let scale = Double(input) / Double(output)
    let reach = max(1, scale)
    let skipped = skipped(output, keeping: kept)
    return (skipped..<(skipped + kept)).map { position in
      let centre = (Double(position) + 0.5) * scale
      let first = max(0, Int(centre - reach + 0.5))
      let end = max(first + 1, min(input, Int(centre + reach + 0.5)))
      let heights = (first..<end).map { max(0, 1 - abs(Double($0) + 0.5 - centre) / reach) }
      let sum = heights.reduce(0, +)
      return Taps(first: first, weights: heights.map { Float($0 / sum) })
    }
  }
}
