extension ImageDataset {
  /// The pixels of one image `[height, width, channels]`, as they are stored.
  ///
  /// - Parameter index: of the whole data set, below ``count``.
  package func pixels(of index: Int) -> [UInt8] {
    let start = index * shape.byteCount
    return Array(pixels.bytes[start..<start + shape.byteCount])
  }
}
