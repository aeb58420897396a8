import CHDF5

/// How a data set lies in the file.
package enum HDF5Layout: Sendable, Hashable {
  /// One run of bytes, which can be memory mapped.
  case contiguous
  /// Blocks of a shape, each with a fletcher32 checksum of the library and, if `deflate` is given,
  /// compressed at this level (1 to 9).
  case chunked([Int], deflate: Int? = nil)

  /// - Parameter shape: of the data set; its first dimension may be 0 when it is yet to grow.
  func creation(shape: [Int], _ place: Place) throws -> Handle {
    let list = try place.own(H5Pcreate(chdf5_dataset_create()), H5Pclose, or: .misuse)
    // Times would make equal content differ in its bytes.
    try place.check(H5Pset_obj_track_times(list.id, false), or: .misuse)
    guard case .chunked(let chunk, let deflate) = self else { return list }
    guard !chunk.isEmpty, chunk.count == shape.count, chunk.allSatisfy({ $0 > 0 }) else {
      throw place.error(
        .misuse,
        "chunk shape \(chunk) does not suit a data set of shape \(shape)",
        remedy: "Give one positive length for each dimension."
      )
    }
    try place.check(
      H5Pset_chunk(list.id, Int32(chunk.count), chunk.map { hsize_t($0) }),
      or: .misuse
    )
    if let deflate {
      guard (1...9).contains(deflate) else {
        throw place.error(.misuse, "deflate level \(deflate) is not in 1 to 9")
      }
      try place.check(H5Pset_deflate(list.id, UInt32(deflate)), or: .misuse)
    }
    try place.check(H5Pset_fletcher32(list.id), or: .misuse)
    return list
  }
}
