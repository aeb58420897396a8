import AtomicFiles

extension HDF5Dataset {
  /// The checksum over the data as they are now, read in blocks of rows.
  ///
  /// - Parameter willRead: is told before each block how many bytes unpacking it takes.
  /// - Throws: `HDF5Error` of kind `damagedFile` when it is not the stored one.
  package func computeChecksum(willRead: (_ bytes: Int) -> Void = { _ in }) throws -> UInt32 {
    let checksum =
      switch elementType {
      case .int8: try crc(Int8.self, willRead)
      case .int16: try crc(Int16.self, willRead)
      case .int32: try crc(Int32.self, willRead)
      case .int64: try crc(Int64.self, willRead)
      case .uint8: try crc(UInt8.self, willRead)
      case .uint16: try crc(UInt16.self, willRead)
      case .uint32: try crc(UInt32.self, willRead)
      case .uint64: try crc(UInt64.self, willRead)
      case .float32: try crc(Float.self, willRead)
      case .float64: try crc(Double.self, willRead)
      case .string: try readStrings().checksum
      case .other:
        throw place("read").error(.mismatch, "the elements are neither numbers nor strings")
      }
    try verify(checksum, place("read"))
    return checksum
  }

  private func crc<Element: HDF5Scalar>(
    _ type: Element.Type,
    _ willRead: (Int) -> Void
  ) throws -> UInt32 {
    guard let rows = shape.first, rows > 1, count > 0 else { return try read(as: type).checksum }
    let rowSize = count / rows
    let block = blockLength(along: 0, near: 8 << 20, elementSize: elementType.size)
    var buffer = [Element](repeating: .zero, count: min(block, rows) * rowSize)
    var crc = CRC32()
    for start in stride(from: 0, to: rows, by: block) {
      let range = start..<min(rows, start + block)
      willRead(unpackedBytes(rows: range.count))
      try buffer.withUnsafeMutableBufferPointer { memory in
        let part = UnsafeMutableBufferPointer(rebasing: memory[..<(range.count * rowSize)])
        try readRows(range, into: part)
        crc.update(UnsafeRawBufferPointer(part))
      }
    }
    return crc.value
  }
}

extension HDF5Array where Element: HDF5Scalar {
  var checksum: UInt32 { values.withUnsafeBytes { CRC32.of($0) } }
}

extension HDF5Array where Element == String {
  var checksum: UInt32 {
    characters(of: values).withUnsafeBytes { CRC32.of($0) }
  }
}
