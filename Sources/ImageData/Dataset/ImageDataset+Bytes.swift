extension ImageDataset {
  /// Images as they are stored, in the order `[image, row, column, channel]`. The indices must be of images
  /// of the data set.
  package func bytes(of indices: [Int]) -> [UInt8] {
    indices.flatMap { index in
      let start = index * shape.byteCount
      return [UInt8](
        UnsafeRawBufferPointer(rebasing: pixels.bytes[start..<start + shape.byteCount])
      )
    }
  }
}
