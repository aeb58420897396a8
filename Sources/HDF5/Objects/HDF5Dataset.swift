import CHDF5

/// A data set of a file: an array of numbers or strings.
package struct HDF5Dataset: HDF5Object {
  package let file: HDF5File
  package let path: String
  /// One number for each dimension; empty for a scalar.
  package let shape: [Int]
  package let elementType: HDF5ElementType
  /// Whether the elements are truth values, as h5py stores them.
  package let isBoolean: Bool
  let storage: StorageKind

  /// The attribute that holds the CRC-32 over the little-endian bytes of the whole data set, or,
  /// for strings, over each one's UTF-8 bytes and a NUL.
  package static let checksumAttribute = "crc32"

  /// - Throws: `HDF5Error` when the header cannot be read, or claims more data than the file's size
  ///   can account for; of kind `mismatch` when filters, files or sources that it needs are missing.
  init(file: HDF5File, path: String, depth: Int = 0) throws {
    self.file = file
    self.path = path
    let place = file.place(path, "open")
    let description = try withExtendedLifetime(file) {
      try HDF5.withLibrary {
        let dataset = try place.own(
          H5Dopen2(file.openIdentifier(place), path, chdf5_default()),
          H5Dclose,
          or: .damagedFile
        )
        return try Description(dataset.id, file, place)
      }
    }
    shape = description.shape
    elementType = description.elementType
    isBoolean = description.isBoolean
    storage = description.storage
    try checkVirtualSources(depth: depth)
  }

  package var count: Int { shape.reduce(1, *) }

  /// Where the data lie in the file, for memory mapping; `nil` when they are not one plain run of
  /// little-endian bytes in it (chunked, compressed, external, big-endian or not yet written).
  package func fileOffset() throws -> Int? {
    try withLibrary {
      let place = place("find")
      let dataset = try openObject(place)
      guard try liesInItsFile(dataset.id, place) else { return nil }
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

  /// Whether it is no external link to another file. Under the lock.
  private func liesInItsFile(_ dataset: hid_t, _ place: Place) throws -> Bool {
    let root = try place.own(
      H5Oopen(try file.openIdentifier(place), "/", chdf5_default()),
      H5Oclose,
      or: .damagedFile
    )
    var (own, other, address): (UInt, UInt, UInt64) = (0, 0, 0)
    try place.check(chdf5_identify(root.id, &own, &address), or: .damagedFile)
    try place.check(chdf5_identify(dataset, &other, &address), or: .damagedFile)
    return own == other
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
