import AtomicFiles

extension ImageDataset {
  /// Which images a split holds: SHA-256 over their shape and number, then the pixels and labels of
  /// each, in the split's order. Whoever imported the images, and when, does not enter, so that
  /// predictions can be told to be for the same images in another file.
  ///
  /// Reads all pixels of the split. Throws `StorageError` where the digest cannot be computed.
  package func digest(of split: Split) throws -> String {
    let hash = try SHA256()
    let indices = indices(of: split)
    try hash.update(
      "images\0\(indices.count)\0\(shape.height)\0\(shape.width)\0\(shape.channels)\0"
    )
    for index in indices {
      let start = index * shape.byteCount
      try hash.update(
        UnsafeRawBufferPointer(rebasing: pixels.bytes[start..<start + shape.byteCount])
      )
      try hash.update("\0\(labels[index])\0")
    }
    return try hash.digest()
  }
}
