import AtomicFiles
import CHDF5

/// A whole data set: elements in row-major order and their shape.
package struct HDF5Array<Element: Sendable>: Sendable {
  package var values: [Element]
  package var shape: [Int]

  package init(values: [Element], shape: [Int]) {
    self.values = values
    self.shape = shape
  }
}

extension HDF5Array: Equatable where Element: Equatable {}

extension HDF5Group {
  /// Reads a whole data set and verifies its checksum if it has one.
  ///
  /// - Throws: `HDF5Error` of kind `missingObject`, `mismatch`, `damagedFile` or `inputOutput`.
  package func read<Element: HDF5Scalar>(
    _ name: String,
    as type: Element.Type = Element.self
  ) throws -> HDF5Array<Element> {
    try dataset(name).read(as: type)
  }

  /// Reads a whole data set of strings, of variable or fixed length.
  package func readStrings(_ name: String) throws -> HDF5Array<String> {
    try dataset(name).readStrings()
  }

  /// Reads a data set of one number.
  package func readScalar<Element: HDF5Scalar>(
    _ name: String,
    as type: Element.Type = Element.self
  ) throws -> Element {
    let array = try read(name, as: type)
    guard let value = array.values.first, array.values.count == 1 else {
      throw place("read", child: name).error(
        .mismatch,
        "shape \(array.shape) was found, one number was expected"
      )
    }
    return value
  }
}

extension HDF5Dataset {
  /// Reads the whole data set and verifies its checksum if it has one.
  package func read<Element: HDF5Scalar>(
    as type: Element.Type = Element.self
  ) throws -> HDF5Array<Element> {
    let place = place("read")
    try check(Element.elementType, place)
    let values = try withLibrary {
      guard let standard = Element.elementType.standardType else { return [Element]() }
      let dataset = try openObject(place)
      var status: herr_t = 0
      let values = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
        // The library leaves memory as it is for parts never written: nothing may be undefined.
        buffer.initialize(repeating: .zero)
        initialized = count
        if count > 0 {
          status = H5Dread(
            dataset.id,
            standard,
            chdf5_all(),
            chdf5_all(),
            chdf5_default(),
            buffer.baseAddress
          )
        }
      }
      try place.check(status, or: .damagedFile)
      return values
    }
    try verify(values.withUnsafeBytes { CRC32.of($0) }, place)
    return HDF5Array(values: values, shape: shape)
  }

  /// Reads the whole data set of strings and verifies its checksum if it has one.
  package func readStrings() throws -> HDF5Array<String> {
    let place = place("read")
    try check(.string, place)
    let strings = try withLibrary {
      let dataset = try openObject(place)
      let type = try place.own(H5Dget_type(dataset.id), H5Tclose, or: .damagedFile)
      return H5Tis_variable_str(type.id) > 0
        ? try readVariable(dataset.id, type.id, place) : try readFixed(dataset.id, type.id, place)
    }
    let array = HDF5Array(values: strings, shape: shape)
    try verify(array.checksum, place)
    return array
  }

  /// The checksum stored when the data set was written.
  package func storedChecksum() throws -> UInt32? {
    guard let stored = try attributeIfPresent(Self.checksumAttribute, as: Int64.self) else {
      return nil
    }
    guard let value = UInt32(exactly: stored) else {
      throw place("read", attribute: Self.checksumAttribute).error(
        .damagedFile,
        "\(stored) is no CRC-32"
      )
    }
    return value
  }

  func verify(_ checksum: UInt32, _ place: Place) throws {
    if let stored = try storedChecksum(), stored != checksum {
      throw place.error(.damagedFile, "the data do not have the checksum they were written with")
    }
  }

  private func readVariable(_ dataset: hid_t, _ type: hid_t, _ place: Place) throws -> [String] {
    guard count > 0 else { return [] }
    let memory = try variableText(place, like: type)
    let space = try place.own(H5Dget_space(dataset), H5Sclose, or: .damagedFile)
    let transfer = try place.own(H5Pcreate(chdf5_dataset_transfer()), H5Pclose, or: .misuse)
    // Together they cannot be longer than the file: damaged lengths would take any memory.
    let most = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    most.initialize(to: file.size.map { $0 + count } ?? .max)
    defer { most.deallocate() }
    try place.check(chdf5_bound_strings(transfer.id, most), or: .misuse)
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    // After a failure some strings may have been made already.
    defer { _ = H5Dvlen_reclaim(memory.id, space.id, transfer.id, &pointers) }
    try place.check(
      H5Dread(dataset, memory.id, chdf5_all(), chdf5_all(), transfer.id, &pointers),
      or: .damagedFile
    )
    return pointers.map { $0.map { String(cString: $0) } ?? "" }
  }

  private func readFixed(_ dataset: hid_t, _ type: hid_t, _ place: Place) throws -> [String] {
    let size = Int(H5Tget_size(type))
    var bytes = [CChar](repeating: 0, count: count * size)
    if count > 0 {
      try place.check(
        H5Dread(dataset, type, chdf5_all(), chdf5_all(), chdf5_default(), &bytes),
        or: .damagedFile
      )
    }
    return (0..<count).map { fixedText(bytes[($0 * size)..<(($0 + 1) * size)], type) }
  }
}
