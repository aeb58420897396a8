/// How the bytes of images become the numbers that a network sees: a byte `v` becomes
/// `(v / 255 - mean) / deviation`, channel by channel, to the bit as in training.
package struct Normalization: Sendable {
  private let shape: ImageShape
  private let normalizer: Normalizer

  /// - Parameters:
  ///   - mean: of each channel, on the scale of 0 to 1.
  ///   - deviation: the divisor of each channel, never 0.
  ///
  /// - Throws: `ImageDataError` of kind `misuse` for as many numbers as there are not channels.
  package init(_ shape: ImageShape, mean: [Double], deviation: [Double]) throws {
    guard mean.count == shape.channels, deviation.count == shape.channels else {
      throw ImageDataError(
        .misuse,
        "normalisation",
        "\(mean.count) means and \(deviation.count) deviations do not suit \(shape.channels) channels"
      )
    }
    self.shape = shape
    normalizer = Normalizer(shape, mean: mean, deviation: deviation)
  }

  /// - Parameter bytes: of whole images, each `[row, column, channel]`.
  /// - Returns: the numbers in the same order.
  package func callAsFunction(_ bytes: [UInt8]) -> [Float] {
    let (size, images) = (shape.byteCount, bytes.count / shape.byteCount)
    return [Float](unsafeUninitializedCapacity: images * size) { buffer, count in
      count = images * size
      guard let target = buffer.baseAddress else { return }
      bytes.withUnsafeBufferPointer { bytes in
        guard let source = bytes.baseAddress else { return }
        for image in 0..<images {
          normalizer.write(source + image * size, .init(), to: target + image * size)
        }
      }
    }
  }
}
