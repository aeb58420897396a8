/// Makes batches out of a data set's images. Every batch is a function of its arguments alone.
struct BatchMaker: Sendable {
  let dataset: ImageDataset
  private let normalizer: Normalizer

  init(_ dataset: ImageDataset) {
    self.dataset = dataset
    normalizer = Normalizer(dataset)
  }

  /// - Parameter indices: numbers of images, all within the data set.
  func batch(
    _ indices: ArraySlice<Int>,
    draw: (_ index: Int) -> Augmentation.Draw = { _ in .init() }
  ) -> ImageBatch {
    let size = dataset.shape.byteCount
    let pixels = [Float](unsafeUninitializedCapacity: indices.count * size) { buffer, count in
      count = indices.count * size
      guard var target = buffer.baseAddress,
        let images = dataset.pixels.bytes.assumingMemoryBound(to: UInt8.self).baseAddress
      else { return }
      for index in indices {
        normalizer.write(images + index * size, draw(index), to: target)
        target += size
      }
    }
    return ImageBatch(
      indices: Array(indices),
      pixels: pixels,
      shape: dataset.shape,
      labels: indices.map { Int64(dataset.labels[$0]) }
    )
  }
}
