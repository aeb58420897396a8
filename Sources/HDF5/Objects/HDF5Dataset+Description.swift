import CHDF5

extension HDF5Dataset {
  /// What the header of a data set says, as far as the file can bear it out.
  struct Description {
    let shape: [Int]
    let elementType: HDF5ElementType
    let isBoolean: Bool
    let storage: StorageKind

    /// Refuses sizes that the file cannot hold: a damaged header must not lead to a vast allocation.
    /// Under the lock.
    init(_ dataset: hid_t, _ file: HDF5File, _ place: Place) throws {
      let type = try place.own(H5Dget_type(dataset), H5Tclose, or: .damagedFile)
      let space = try place.own(H5Dget_space(dataset), H5Sclose, or: .damagedFile)
      guard H5Sget_simple_extent_type(space.id) != H5S_NULL else {
        throw place.error(.mismatch, "the data set is empty: it has no shape")
      }
      shape = try HDF5.shape(of: space.id, place)
      elementType = HDF5ElementType(of: type.id)
      isBoolean = isTruth(type.id)
      let elementSize = max(1, Int(H5Tget_size(type.id)))
      let bytes = try byteCount(shape, elementSize, place)
      let creation = try place.own(H5Dget_create_plist(dataset), H5Pclose, or: .damagedFile)
      let layout = H5Pget_layout(creation.id)
      switch layout {
      case H5D_CHUNKED: storage = .chunked(try chunkShape(creation.id, rank: shape.count, place))
      case H5D_COMPACT: storage = .compact
      case H5D_VIRTUAL:
        storage = .virtual(
          try virtualSources(creation.id, shape: shape, file: file.name, place)
        )
      default: storage = .contiguous
      }
      // A file that is being written has no size yet.
      guard let fileSize = file.size else { return }
      try checkFilters(creation.id, file: file.name, place)
      if case .virtual = storage { return }
      if H5Pget_external_count(creation.id) > 0 {
        try checkExternalFiles(creation.id, bytes: bytes, place)
        return
      }
      let room = max(fileSize, Int(clamping: chdf5_file_size_of(dataset)))
      let most = try mostBytes(dataset, creation.id, storage, fileSize: room, elementSize, place)
      guard bytes > most else { return }
      try checkAllocation(of: dataset, shape: shape, storage, place)
      throw place.error(.damagedFile, "shape \(shape) does not fit a file of \(room) bytes")
    }
  }
}

/// An enumeration of one byte with the names FALSE and TRUE.
private func isTruth(_ type: hid_t) -> Bool {
  guard H5Tget_class(type) == H5T_ENUM, H5Tget_size(type) == 1, H5Tget_nmembers(type) == 2 else {
    return false
  }
  return (UInt32(0)..<2).allSatisfy { index in
    guard let name = H5Tget_member_name(type, index) else { return false }
    defer { H5free_memory(name) }
    return ["FALSE", "TRUE"].contains(String(cString: name).uppercased())
  }
}

private func byteCount(_ shape: [Int], _ elementSize: Int, _ place: Place) throws -> Int {
  // A length of 0 counts as 1: then no product of some of the lengths can overflow either.
  var largest = elementSize
  for length in shape {
    let (product, overflow) = largest.multipliedReportingOverflow(by: max(1, length))
    guard !overflow else { throw place.error(.damagedFile, "shape \(shape) is impossible") }
    largest = product
  }
  return shape.contains(0) ? 0 : largest
}

/// The most bytes of data that the space taken in the file can stand for. Chunks that were never
/// written do not count: they cannot be told from a damaged shape.
private func mostBytes(
  _ dataset: hid_t,
  _ creation: hid_t,
  _ storage: StorageKind,
  fileSize: Int,
  _ elementSize: Int,
  _ place: Place
) throws -> Int {
  guard case .chunked(let chunk) = storage else { return fileSize }
  let stored = min(fileSize, Int(clamping: H5Dget_storage_size(dataset)))
  let filters = (0..<max(0, H5Pget_nfilters(creation))).map { index in
    var flags: UInt32 = 0
    var count = 0
    return H5Pget_filter2(creation, UInt32(index), &flags, &count, nil, 0, nil, nil)
  }
  if filters.allSatisfy({ $0 == chdf5_fletcher32() }) { return stored }
  let space = try place.own(H5Dget_space(dataset), H5Sclose, or: .damagedFile)
  var chunks: hsize_t = 0
  try place.check(H5Dget_num_chunks(dataset, space.id, &chunks), or: .damagedFile)
  let held = min(
    chunk.reduce(Double(elementSize) * Double(chunks)) { $0 * Double($1) },
    1e18
  )
  // Deflate cannot make data smaller than 1/1032 of their size; of other filters nothing is known.
  let bounded = [chdf5_fletcher32(), chdf5_shuffle(), chdf5_deflate()]
  guard filters.allSatisfy(bounded.contains), filters.count(where: { $0 == chdf5_deflate() }) < 2
  else { return Int(held) }
  return min(stored * 1100, Int(held))
}
