extension ImageDataset {
  /// What normalisation divides by, per channel: the deviation, never 0.
  public var normalizingDeviation: [Double] {
    // A channel that never changes has deviation 0: one grey level stands for it.
    channelDeviation.map { max($0, 1 / 255) }
  }
}

/// Turns bytes into normalised numbers by one table for each channel.
struct Normalizer: Sendable {
  private let shape: ImageShape
  /// [channel][byte]
  private let table: [Float]

  init(_ dataset: ImageDataset) {
    self.init(
      dataset.shape,
      mean: dataset.channelMean,
      deviation: dataset.normalizingDeviation
    )
  }

  /// Mean and deviation have one number for each channel.
  init(_ shape: ImageShape, mean: [Double], deviation: [Double]) {
    self.shape = shape
    table = zip(mean, deviation).flatMap { mean, deviation in
      (0..<256).map { Float((Double($0) / 255 - mean) / deviation) }
    }
  }

  /// Writes one image of `shape.byteCount` numbers to `target`.
  func write(
    _ image: UnsafePointer<UInt8>,
    _ draw: Augmentation.Draw,
    to target: UnsafeMutablePointer<Float>
  ) {
    table.withUnsafeBufferPointer { table in
      guard let table = table.baseAddress else { return }
      if draw == Augmentation.Draw() {
        convert(image, shape.height * shape.width, table, to: target, step: shape.channels)
        return
      }
      let channels = shape.channels
      let rowSize = shape.width * channels
      // The part of each row that lies inside the image.
      let columns = max(0, -draw.left)..<max(0, min(shape.width, shape.width - draw.left))
      for row in 0..<shape.height {
        let source = row + draw.top
        let line = target + row * rowSize
        guard (0..<shape.height).contains(source), columns.lowerBound < columns.upperBound else {
          fill(line, shape.width, table)
          continue
        }
        fill(line, columns.lowerBound, table)
        fill(line + columns.upperBound * channels, shape.width - columns.upperBound, table)
        convert(
          image + source * rowSize + (columns.lowerBound + draw.left) * channels,
          columns.count,
          table,
          to: line + columns.lowerBound * channels,
          step: channels
        )
        if draw.isFlipped { reverse(line) }
      }
    }
  }

  @inline(__always)
  private func convert(
    _ source: UnsafePointer<UInt8>,
    _ pixels: Int,
    _ table: UnsafePointer<Float>,
    to target: UnsafeMutablePointer<Float>,
    step: Int
  ) {
    switch step {
    case 1:
      for position in 0..<pixels { target[position] = table[Int(source[position])] }
    case 3:
      for position in 0..<pixels {
        let first = 3 &* position
        target[first] = table[Int(source[first])]
        target[first &+ 1] = table[256 &+ Int(source[first &+ 1])]
        target[first &+ 2] = table[512 &+ Int(source[first &+ 2])]
      }
    default:
      for position in 0..<pixels {
        for channel in 0..<step {
          let place = position * step + channel
          target[place] = table[channel << 8 | Int(source[place])]
        }
      }
    }
  }

  private func fill(
    _ target: UnsafeMutablePointer<Float>,
    _ pixels: Int,
    _ table: UnsafePointer<Float>
  ) {
    for position in 0..<pixels {
      for channel in 0..<shape.channels {
        target[position * shape.channels + channel] = table[channel << 8]
      }
    }
  }

  private func reverse(_ line: UnsafeMutablePointer<Float>) {
    let channels = shape.channels
    var low = 0
    var high = shape.width - 1
    while low < high {
      for channel in 0..<channels {
        let kept = line[low * channels + channel]
        line[low * channels + channel] = line[high * channels + channel]
        line[high * channels + channel] = kept
      }
      low += 1
      high -= 1
    }
  }
}
