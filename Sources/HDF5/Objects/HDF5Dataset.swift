import CHDF5

/// A data set of a file: an array of numbers or strings.
package struct HDF5Dataset: HDF5Object {
  package let file: HDF5File
  package let path: String
  /// One number for each dimension; empty for a scalar.
  package let shape: [Int]
  package let elementType: HDF5ElementType

  /// The attribute that holds the CRC-32 over the little-endian bytes of the whole data set, or,
  /// for strings, over each one's UTF-8 bytes and a NUL.
  package static let checksumAttribute = "crc32"

  /// - Throws: `HDF5Error` when the header cannot be read, or claims more data than the file's size
  ///   can account for.
  init(file: HDF5File, path: String) throws {
    self.file = file
    self.path = path
    let place = file.place(path, "open")
    (shape, elementType) = try withExtendedLifetime(file) {
      try HDF5.withLibrary {
        let dataset = try place.own(
          H5Dopen2(file.openIdentifier(place), path, chdf5_default()),
          H5Dclose,
          or: .damagedFile
        )
        return try describe(dataset.id, fileSize: file.size, place)
      }
    }
  }

  package var count: Int { shape.reduce(1, *) }

  /// Where the data lie in the file, for memory mapping; `nil` when they are not one plain run of
  /// little-endian bytes in it (chunked, compressed, external, big-endian or not yet written).
  package func fileOffset() throws -> Int? {
    try withLibrary {
      let place = place("find")
      let dataset = try openObject(place)
      let creation = try place.own(H5Dget_create_plist(dataset.id), H5Pclose, or: .damagedFile)
      let type = try place.own(H5Dget_type(dataset.id), H5Tclose, or: .damagedFile)
      guard H5Pget_layout(creation.id) == H5D_CONTIGUOUS, H5Pget_nfilters(creation.id) == 0,
        H5Pget_external_count(creation.id) == 0,
        let standard = elementType.standardType, H5Tequal(type.id, standard) > 0
      else { return nil }
      let address = H5Dget_offset(dataset.id)
      guard address != chdf5_undefined_address(), let offset = Int(exactly: address) else {
        _ = errorStack()
        return nil
      }
      if let size = file.size {
        let (end, overflow) = offset.addingReportingOverflow(count * elementType.size)
        guard !overflow, end <= size else {
          throw place.error(.damagedFile, "the data reach beyond the end of the file")
        }
      }
      return offset
    }
  }

  /// Reads rows (indices of the first dimension) into memory that fits exactly. No checksum covers
  /// part of a data set.
  ///
  /// - Throws: `HDF5Error` of kind `mismatch`, `misuse`, `damagedFile` or `inputOutput`.
  package func readRows<Element: HDF5Scalar>(
    _ rows: Range<Int>,
    into buffer: UnsafeMutableBufferPointer<Element>
  ) throws {
    let place = place("read")
    try check(Element.elementType, place)
    guard let total = shape.first, rows.lowerBound >= 0, rows.upperBound <= total else {
      throw place.error(.misuse, "there are no rows \(rows) in shape \(shape)")
    }
    let rowSize = shape.dropFirst().reduce(1, *)
    guard buffer.count == rows.count * rowSize else {
      throw place.error(
        .misuse,
        "\(rows.count * rowSize) elements do not fit memory for \(buffer.count)"
      )
    }
    guard !buffer.isEmpty, let type = Element.elementType.standardType else { return }
    try withLibrary {
      let dataset = try openObject(place)
      let selection = try selectRows(dataset.id, rows, shape: shape, place)
      let memory = try space([rows.count] + shape.dropFirst(), place)
      try place.check(
        H5Dread(
          dataset.id,
          type,
          memory.id,
          selection.id,
          chdf5_default(),
          buffer.baseAddress
        ),
        or: .damagedFile
      )
    }
  }

  func check(_ type: HDF5ElementType, _ place: Place) throws {
    if type != elementType {
      throw place.error(.mismatch, "the elements are \(elementType), \(type) was expected")
    }
  }
}

/// Shape and type from an open data set, refusing sizes that a file of `fileSize` bytes cannot
/// hold: a damaged header must not lead to a vast allocation.
private func describe(
  _ dataset: hid_t,
  fileSize: Int?,
  _ place: Place
) throws -> (shape: [Int], type: HDF5ElementType) {
  let type = try place.own(H5Dget_type(dataset), H5Tclose, or: .damagedFile)
  let space = try place.own(H5Dget_space(dataset), H5Sclose, or: .damagedFile)
  guard H5Sget_simple_extent_type(space.id) != H5S_NULL else {
    throw place.error(.mismatch, "the data set is empty: it has no shape")
  }
  let rank = H5Sget_simple_extent_ndims(space.id)
  guard rank >= 0 else { throw place.failure(.damagedFile) }
  var dimensions = [hsize_t](repeating: 0, count: Int(rank))
  guard H5Sget_simple_extent_dims(space.id, &dimensions, nil) >= 0 else {
    throw place.failure(.damagedFile)
  }
  let shape = dimensions.map { Int(exactly: $0) ?? .max }
  let elementType = HDF5ElementType(of: type.id)
  let elementSize = max(1, Int(H5Tget_size(type.id)))
  // A length of 0 counts as 1: then no product of some of the lengths can overflow either.
  var largest = elementSize
  for length in shape {
    let (product, overflow) = largest.multipliedReportingOverflow(by: max(1, length))
    guard !overflow else { throw place.error(.damagedFile, "shape \(shape) is impossible") }
    largest = product
  }
  let bytes = shape.contains(0) ? 0 : largest
  if let fileSize {
    let most = try mostBytes(dataset, fileSize: fileSize, elementSize, place)
    guard bytes <= most else {
      throw place.error(
        .damagedFile,
        "shape \(shape) does not fit a file of \(fileSize) bytes"
      )
    }
  }
  return (shape, elementType)
}

/// The most bytes of data that the space taken in the file can stand for. Chunks that were never
/// written do not count: they cannot be told from a damaged shape.
private func mostBytes(
  _ dataset: hid_t,
  fileSize: Int,
  _ elementSize: Int,
  _ place: Place
) throws -> Int {
  let creation = try place.own(H5Dget_create_plist(dataset), H5Pclose, or: .damagedFile)
  guard H5Pget_layout(creation.id) == H5D_CHUNKED else { return fileSize }
  let stored = min(fileSize, Int(clamping: H5Dget_storage_size(dataset)))
  let filters = H5Pget_nfilters(creation.id)
  let onlyChecksums = (0..<max(0, filters)).allSatisfy { index in
    var flags: UInt32 = 0
    var count = 0
    let filter = H5Pget_filter2(creation.id, UInt32(index), &flags, &count, nil, 0, nil, nil)
    return filter == chdf5_fletcher32()
  }
  if onlyChecksums { return stored }
  let space = try place.own(H5Dget_space(dataset), H5Sclose, or: .damagedFile)
  var chunks: hsize_t = 0
  try place.check(H5Dget_num_chunks(dataset, space.id, &chunks), or: .damagedFile)
  var lengths = [hsize_t](repeating: 0, count: Int(max(0, H5Sget_simple_extent_ndims(space.id))))
  try place.check(H5Pget_chunk(creation.id, Int32(lengths.count), &lengths), or: .damagedFile)
  let held = lengths.reduce(Double(elementSize) * Double(chunks)) { $0 * Double($1) }
  // Deflate cannot make data smaller than 1/1032 of their size.
  return min(stored * 1100, Int(min(held, 1e18)))
}

/// A data space of a shape; a scalar one for `[]`.
func space(_ shape: [Int], maximum: [hsize_t]? = nil, _ place: Place) throws -> Handle {
  if shape.isEmpty { return try place.own(H5Screate(H5S_SCALAR), H5Sclose, or: .misuse) }
  let dimensions = shape.map { hsize_t($0) }
  return try place.own(
    H5Screate_simple(Int32(shape.count), dimensions, maximum),
    H5Sclose,
    or: .misuse
  )
}

func selectRows(
  _ dataset: hid_t,
  _ rows: Range<Int>,
  shape: [Int],
  _ place: Place
) throws -> Handle {
  let selection = try place.own(H5Dget_space(dataset), H5Sclose, or: .damagedFile)
  let start = [hsize_t(rows.lowerBound)] + shape.dropFirst().map { _ in hsize_t(0) }
  let count = [hsize_t(rows.count)] + shape.dropFirst().map { hsize_t($0) }
  try place.check(
    H5Sselect_hyperslab(selection.id, H5S_SELECT_SET, start, nil, count, nil),
    or: .misuse
  )
  return selection
}
