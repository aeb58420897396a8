import CHDF5

extension HDF5Dataset {
  /// The most memory for one block where chunks are too large to be read in part.
  package static let largestBlock = 512 << 20

  /// How many indices along `axis` to read at a time, so that no chunk is unpacked more often than
  /// it must be.
  ///
  /// - Parameters:
  ///   - bytes: about what a block should take where the layout leaves the choice.
  ///   - elementSize: bytes of an element in memory.
  package func blockLength(along axis: Int, near bytes: Int, elementSize: Int) -> Int {
    guard shape.indices.contains(axis), shape[axis] > 0 else { return 1 }
    let slice = max(1, count / shape[axis] * max(1, elementSize))
    let plain = max(1, bytes / slice)
    guard case .chunked(let chunk) = storage, chunk[axis] > 1 else { return plain }
    if chunk[axis] <= plain { return plain / chunk[axis] * chunk[axis] }
    return min(shape[axis], chunk[axis], max(plain, Self.largestBlock / slice))
  }

  /// How many bytes are unpacked to read so many rows: at least those of whole chunks.
  func unpackedBytes(rows: Int) -> Int {
    guard let all = shape.first, all > 0 else { return 0 }
    var most = rows
    if case .chunked(let chunk) = storage { most = max(rows, chunk[0]) }
    return Int(min(Double(count / all) * Double(most) * Double(max(1, elementType.size)), 1e15))
  }

  /// Reads the elements whose index along `axis` is in `range`, all else whole, in row-major order,
  /// converted to `Element` by the library.
  ///
  /// - Throws: `HDF5Error` of kind `misuse`, `mismatch`, `damagedFile` or `inputOutput`.
  package func readSlab<Element: HDF5Scalar>(
    _ range: Range<Int>,
    axis: Int,
    as type: Element.Type = Element.self
  ) throws -> [Element] {
    let place = place("read")
    guard shape.indices.contains(axis), range.lowerBound >= 0, range.upperBound <= shape[axis]
    else {
      throw place.error(.misuse, "there are no indices \(range) along axis \(axis) of \(shape)")
    }
    guard elementType != .string, elementType != .other,
      let standard = Element.elementType.standardType
    else { throw place.error(.mismatch, "the elements are no numbers") }
    var lengths = shape
    lengths[axis] = range.count
    let elements = lengths.reduce(1, *)
    guard elements > 0 else { return [] }
    return try withLibrary {
      let dataset = try openObject(place)
      let selection = try place.own(H5Dget_space(dataset.id), H5Sclose, or: .damagedFile)
      var start = [hsize_t](repeating: 0, count: shape.count)
      start[axis] = hsize_t(range.lowerBound)
      try place.check(
        H5Sselect_hyperslab(
          selection.id,
          H5S_SELECT_SET,
          start,
          nil,
          lengths.map { hsize_t($0) },
          nil
        ),
        or: .misuse
      )
      let memory = try space(lengths, place)
      var status: herr_t = 0
      let values = [Element](unsafeUninitializedCapacity: elements) { buffer, initialized in
        // The library leaves memory as it is for parts never written: nothing may be undefined.
        buffer.initialize(repeating: .zero)
        initialized = elements
        status = H5Dread(
          dataset.id,
          standard,
          memory.id,
          selection.id,
          chdf5_default(),
          buffer.baseAddress
        )
      }
      try place.check(status, or: .damagedFile)
      return values
    }
  }
}
