import AtomicFiles
import CHDF5
import Foundation

/// How the elements of a data set lie in its file.
enum StorageKind: Sendable, Equatable {
  case contiguous
  case compact
  case chunked([Int])
  /// In other data sets.
  case virtual([VirtualSource])
}

/// A part of a virtual data set: where it lies, and the shape that the source had when it was mapped;
/// empty where all of it is taken, whatever its shape.
struct VirtualSource: Sendable, Equatable {
  var file: String
  var object: String
  var shape: [Int]
  /// The elements that are taken.
  var count: Int
}

func shape(of space: hid_t, _ place: Place) throws -> [Int] {
  let rank = H5Sget_simple_extent_ndims(space)
  guard rank >= 0 else { throw place.failure(.damagedFile) }
  var dimensions = [hsize_t](repeating: 0, count: Int(rank))
  guard H5Sget_simple_extent_dims(space, &dimensions, nil) >= 0 else {
    throw place.failure(.damagedFile)
  }
  return dimensions.map { Int(exactly: $0) ?? .max }
}

func chunkShape(_ creation: hid_t, rank: Int, _ place: Place) throws -> [Int] {
  var lengths = [hsize_t](repeating: 0, count: rank)
  try place.check(H5Pget_chunk(creation, Int32(rank), &lengths), or: .damagedFile)
  return lengths.map { Int(exactly: $0) ?? .max }
}

/// The parts of a virtual data set.
///
/// - Throws: `HDF5Error` of kind `mismatch` when some elements are in no part: they would read as 0.
func virtualSources(
  _ creation: hid_t,
  shape: [Int],
  file: String,
  _ place: Place
) throws -> [VirtualSource] {
  var count = 0
  try place.check(H5Pget_virtual_count(creation, &count), or: .damagedFile)
  var sources: [VirtualSource] = []
  var covered = 0.0
  for index in 0..<count {
    let target = try place.own(H5Pget_virtual_vspace(creation, index), H5Sclose, or: .damagedFile)
    let source = try place.own(
      H5Pget_virtual_srcspace(creation, index),
      H5Sclose,
      or: .damagedFile
    )
    let points = H5Sget_select_npoints(target.id)
    let name = try text(place) { H5Pget_virtual_filename(creation, index, $0, $1) }
    guard points >= 0, !name.contains("%b") else {
      _ = errorStack()
      throw place.error(
        .mismatch,
        "it is a virtual data set without a fixed number of sources",
        remedy:
          "Make one file of it with h5py: f['x'] = h5py.File('\(file)')['\(place.object)'][()]"
      )
    }
    covered += Double(points)
    sources.append(
      VirtualSource(
        file: name,
        object: try text(place) { H5Pget_virtual_dsetname(creation, index, $0, $1) },
        shape: try HDF5.shape(of: source.id, place),
        count: Int(points)
      )
    )
  }
  // Mapped twice counts twice: then a hole may go unnoticed, which no writer of files makes.
  guard covered >= shape.reduce(1.0, { $0 * Double($1) }) else {
    throw place.error(
      .mismatch,
      "it is a virtual data set, and part of it is mapped to no source",
      remedy: "Map every row to a source, or leave the others out."
    )
  }
  return sources
}

private func text(
  _ place: Place,
  _ read: (UnsafeMutablePointer<CChar>?, Int) -> Int
) throws -> String {
  let length = read(nil, 0)
  guard length >= 0 else { throw place.failure(.damagedFile) }
  var bytes = [CChar](repeating: 0, count: length + 1)
  guard read(&bytes, bytes.count) >= 0 else { throw place.failure(.damagedFile) }
  return string(bytes)
}

/// - Throws: `HDF5Error` when raw files that hold the data are missing or too short: what they lack
///   would read as 0.
func checkExternalFiles(_ creation: hid_t, bytes: Int, _ place: Place) throws {
  var there = 0
  let prefix = ProcessInfo.processInfo.environment["HDF5_EXTFILE_PREFIX"] ?? ""
  let home = OutputFile.folder(of: place.file)
  let folder =
    prefix.hasPrefix("${ORIGIN}")
    ? home + prefix.dropFirst("${ORIGIN}".count) : prefix
  for index in 0..<max(0, H5Pget_external_count(creation)) {
    var name = [CChar](repeating: 0, count: 4096)
    var offset: off_t = 0
    var size: hsize_t = 0
    try place.check(
      H5Pget_external(creation, UInt32(index), name.count - 1, &name, &offset, &size),
      or: .damagedFile
    )
    let file = string(name)
    var status = stat()
    let path = file.hasPrefix("/") || folder.isEmpty ? file : "\(folder)/\(file)"
    guard stat(path, &status) == 0 else {
      throw place.error(
        .mismatch,
        "its data lie in another file, \(file), which is not there",
        remedy:
          "Put it into the folder where regnas runs, or set HDF5_EXTFILE_PREFIX to its folder."
      )
    }
    there += min(Int(clamping: size), max(0, Int(status.st_size) - Int(offset)))
  }
  guard there >= bytes else {
    throw place.error(
      .mismatch,
      "its data lie in other files, which have \(there) of its \(bytes) bytes",
      remedy: "Get the whole files."
    )
  }
}
