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

extension ImageDataset {
  /// The bytes of images as they are stored, one after the other, each `[row, column, channel]`.
  ///
  /// - Throws: `ImageDataError` of kind `misuse` when an index is not in the data set.
  package func bytes(of indices: some Collection<Int>) throws -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(indices.count * shape.byteCount)
    for index in indices {
      guard (0..<count).contains(index) else {
        throw ImageDataError(.misuse, path, "image \(index) is not one of the \(count) images")
      }
      result += pixels.bytes[index * shape.byteCount..<(index + 1) * shape.byteCount]
    }
    return result
  }
}
