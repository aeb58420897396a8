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
