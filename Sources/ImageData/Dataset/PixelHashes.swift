import HDF5

/// A 128-bit number for each of many images that is the same for equal pixels, and for others only
/// by a chance that never comes. It differs from process to process.
struct PixelHashes {
  private struct Hash: Comparable, Sendable {
    var first: Int
    var second: Int

    init(_ pixels: UnsafeRawBufferPointer) {
      var hashers = (Hasher(), Hasher())
      hashers.1.combine(1 as UInt8)
      hashers.0.combine(bytes: pixels)
      hashers.1.combine(bytes: pixels)
      (first, second) = (hashers.0.finalize(), hashers.1.finalize())
    }

    static func < (a: Hash, b: Hash) -> Bool { (a.first, a.second) < (b.first, b.second) }
  }

  private var hashes: [Hash] = []

  /// Of the images in memory, `size` bytes each.
  init(_ pixels: UnsafeRawBufferPointer, size: Int) { append(pixels, size) }

  /// Of the images of a file, read in blocks.
  init(_ images: HDF5Dataset, _ shape: ImageShape) throws {
    let count = images.shape.first ?? 0
    let size = shape.byteCount
    let block = max(1, (4 << 20) / size)
    var buffer = [UInt8](repeating: 0, count: min(block, count) * size)
    for start in stride(from: 0, to: count, by: block) {
      let rows = start..<min(count, start + block)
      try buffer.withUnsafeMutableBufferPointer { memory in
        let part = UnsafeMutableBufferPointer(rebasing: memory[..<(rows.count * size)])
        try images.readRows(rows, into: part)
        append(UnsafeRawBufferPointer(part), size)
      }
    }
  }

  private mutating func append(_ pixels: UnsafeRawBufferPointer, _ size: Int) {
    // Only read, and for the time of this call.
    nonisolated(unsafe) let pixels = pixels
    hashes += inParallel(pixels.count / max(1, size)) { row in
      Hash(UnsafeRawBufferPointer(rebasing: pixels[(row * size)..<((row + 1) * size)]))
    }
  }

  /// The images that share their pixels with another, in rising order in each group, the groups in
  /// the order of their first images.
  var groups: [[Int]] {
    let order = hashes.indices.sorted { (hashes[$0], $0) < (hashes[$1], $1) }
    var groups: [[Int]] = []
    var group: [Int] = []
    for index in order {
      if let first = group.first, hashes[first] != hashes[index] {
        if group.count > 1 { groups.append(group) }
        group = []
      }
      group.append(index)
    }
    if group.count > 1 { groups.append(group) }
    return groups.sorted { $0[0] < $1[0] }
  }
}
