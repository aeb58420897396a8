import AtomicFiles
import CHDF5

extension HDF5Group {
  /// Creates a data set and writes all of it, with its checksum.
  ///
  /// - Parameters:
  ///   - values: in row-major order.
  ///   - shape: `[values.count]` if not given; `[]` for a scalar.
  /// - Throws: `HDF5Error` of kind `misuse` or `inputOutput`.
  @discardableResult
  package func write<Element: HDF5Scalar>(
    _ name: String,
    _ values: [Element],
    shape: [Int]? = nil,
    layout: HDF5Layout = .contiguous
  ) throws -> HDF5Dataset {
    try values.withUnsafeBytes {
      try write(
        name,
        bytes: $0,
        of: Element.elementType,
        shape: shape ?? [values.count],
        layout: layout
      )
    }
  }

  /// Creates a scalar data set.
  @discardableResult
  package func write(_ name: String, scalar: some HDF5Scalar) throws -> HDF5Dataset {
    try write(name, [scalar], shape: [])
  }

  /// As `write` of an array, from memory that holds little-endian elements in row-major order.
  @discardableResult
  package func write(
    _ name: String,
    bytes: UnsafeRawBufferPointer,
    of type: HDF5ElementType,
    shape: [Int],
    layout: HDF5Layout = .contiguous
  ) throws -> HDF5Dataset {
    let place = place("write", child: name)
    guard let standard = type.standardType, shape.allSatisfy({ $0 >= 0 }),
      shape.reduce(1, *) * type.size == bytes.count
    else {
      throw place.error(
        .misuse,
        "\(bytes.count) bytes are not \(type) elements of shape \(shape)"
      )
    }
    try withLibrary {
      let dataset = try create(name, standard, shape: shape, layout: layout, place)
      if let address = bytes.baseAddress, !bytes.isEmpty {
        try place.check(
          H5Dwrite(dataset.id, standard, chdf5_all(), chdf5_all(), chdf5_default(), address),
          or: .inputOutput
        )
      }
    }
    return try finish(name, checksum: CRC32.of(bytes))
  }

  /// Creates a data set of variable-length UTF-8 strings and writes all of it, with its checksum.
  ///
  /// - Throws: `HDF5Error` of kind `misuse` (a NUL in a string, a wrong shape) or `inputOutput`.
  @discardableResult
  package func write(
    _ name: String,
    strings: [String],
    shape: [Int]? = nil
  ) throws -> HDF5Dataset {
    let place = place("write", child: name)
    let shape = shape ?? [strings.count]
    guard shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, *) == strings.count else {
      throw place.error(.misuse, "\(strings.count) strings do not have shape \(shape)")
    }
    for text in strings { try checkText(text, place) }
    // One block of memory with every string's bytes and NUL, and a pointer to each.
    let characters = characters(of: strings)
    try withLibrary {
      let type = try variableText(place)
      let dataset = try create(name, type.id, shape: shape, layout: .contiguous, place)
      try characters.withUnsafeBytes { memory in
        guard var start = memory.baseAddress else { return }
        let pointers: [UnsafeRawPointer] = strings.map { text in
          defer { start += text.utf8.count + 1 }
          return start
        }
        try place.check(
          H5Dwrite(dataset.id, type.id, chdf5_all(), chdf5_all(), chdf5_default(), pointers),
          or: .inputOutput
        )
      }
    }
    return try finish(name, checksum: characters.withUnsafeBytes { CRC32.of($0) })
  }

  /// The created data set, open. Under the lock.
  func create(
    _ name: String,
    _ type: hid_t,
    shape: [Int],
    growing: Bool = false,
    layout: HDF5Layout,
    _ place: Place
  ) throws -> Handle {
    try checkName(name, place)
    let parent = try openObject(place)
    guard H5Lexists(parent.id, name, chdf5_default()) == 0 else {
      throw place.error(.misuse, "there is an object of this name already")
    }
    var maximum = shape.map { hsize_t($0) }
    if growing { maximum[0] = chdf5_unlimited() }
    let space = try space(shape, maximum: maximum, place)
    let links = try linkCreation(place)
    let creation = try layout.creation(shape: shape, place)
    return try place.own(
      H5Dcreate2(parent.id, name, type, space.id, links.id, creation.id, chdf5_default()),
      H5Dclose,
      or: .inputOutput
    )
  }

  private func finish(_ name: String, checksum: UInt32) throws -> HDF5Dataset {
    let dataset = try dataset(name)
    try dataset.setAttribute(HDF5Dataset.checksumAttribute, Int64(checksum))
    return dataset
  }
}
