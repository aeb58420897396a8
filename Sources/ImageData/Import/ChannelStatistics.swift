import HDF5

/// Mean and standard deviation of each channel over some images, on the scale of 0 to 1.
struct ChannelStatistics {
  private(set) var mean: [Double] = []
  private(set) var deviation: [Double] = []
  /// What is odd about the values of the pixels.
  private(set) var notes: [ImportNote] = []

  /// Reads the images in blocks. The sums are whole numbers, so that the result does not depend on
  /// the blocks.
  init(_ images: HDF5Dataset, over indices: [Int], _ shape: ImageShape) throws {
    let count = images.shape.first ?? 0
    var chosen = [Bool](repeating: false, count: count)
    for index in indices { chosen[index] = true }
    let size = shape.byteCount
    let block = max(1, (4 << 20) / size)
    var buffer = [UInt8](repeating: 0, count: min(block, count) * size)
    var histogram = [UInt64](repeating: 0, count: shape.channels * 256)
    for start in stride(from: 0, to: count, by: block) {
      let rows = start..<min(count, start + block)
      try buffer.withUnsafeMutableBufferPointer { memory in
        let part = UnsafeMutableBufferPointer(rebasing: memory[..<(rows.count * size)])
        try images.readRows(rows, into: part)
        histogram.withUnsafeMutableBufferPointer { bins in
          for row in rows where chosen[row] {
            let first = (row - start) * size
            var channel = 0
            for position in first..<(first + size) {
              bins[channel << 8 | Int(part[position])] += 1
              channel = channel + 1 == shape.channels ? 0 : channel + 1
            }
          }
        }
      }
    }
    let pixels = Double(max(1, indices.count) * shape.height * shape.width)
    for channel in 0..<shape.channels {
      var sum: UInt64 = 0
      var squares: UInt64 = 0
      for value in 0..<256 {
        let times = histogram[channel << 8 | value]
        sum += times * UInt64(value)
        squares += times * UInt64(value * value)
      }
      let average = Double(sum) / pixels
      mean.append(average / 255)
      deviation.append(max(0, Double(squares) / pixels - average * average).squareRoot() / 255)
    }
    notes = Self.notes(histogram, images: indices.count)
  }

  /// Images without contrast teach nothing; values of 0 and 1 were often meant as fractions of 255.
  private static func notes(_ histogram: [UInt64], images: Int) -> [ImportNote] {
    guard images > 0 else { return [] }
    let channels = histogram.count / 256
    let ranges = (0..<channels).map { channel in
      let bins = histogram[(channel << 8)..<((channel + 1) << 8)]
      let used = bins.indices.filter { bins[$0] > 0 }.map { $0 - bins.startIndex }
      return (first: used.first ?? 0, last: used.last ?? 0)
    }
    let constant = ranges.indices.filter { ranges[$0].first == ranges[$0].last }
    let largest = ranges.map(\.last).max() ?? 0
    var notes: [ImportNote] = []
    if !constant.isEmpty {
      notes.append(
        ImportNote(
          "of \(channels) channels \(constant.count == 1 ? "has" : "have") the same value in every pixel of the train split",
          count: constant.count,
          examples: constant.map { "channel \($0) is \(ranges[$0].first)" }
        )
      )
    }
    if constant.count < channels, largest <= 1 {
      notes.append(
        ImportNote(
          "training images hold only the values 0 and 1 of 0 to 255: were they scaled to 0...1? "
            + "Then multiply them by 255",
          count: images
        )
      )
    } else if constant.count < channels, largest < 32 {
      notes.append(
        ImportNote(
          "training images only reach \(largest) of 255: they are nearly black",
          count: images
        )
      )
    }
    return notes
  }
}
