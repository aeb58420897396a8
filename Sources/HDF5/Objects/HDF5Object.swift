import CHDF5

/// A group or a data set: a path in a file.
package protocol HDF5Object: Sendable {
  var file: HDF5File { get }
  /// From the root, for example "/weights/stem.conv.weight".
  var path: String { get }
}

extension HDF5Object {
  /// Runs a whole operation under the process-wide lock. The file stays open until its end, and
  /// cannot be closed by its `deinit`, which takes the lock too, in the midst of it.
  func withLibrary<Result>(_ body: () throws -> Result) throws -> Result {
    try withExtendedLifetime(file) { try HDF5.withLibrary(body) }
  }

  /// Where an operation on this object, its child or its attribute takes place.
  func place(_ operation: String, child: String? = nil, attribute: String? = nil) -> Place {
    var object = path
    if let child { object = path == "/" ? "/\(child)" : "\(path)/\(child)" }
    if let attribute { object += object == "/" ? "@\(attribute)" : " @\(attribute)" }
    return file.place(object, operation)
  }

  /// The opened object itself. To be used under the lock.
  func openObject(_ place: Place) throws -> Handle {
    let id = try file.openIdentifier(place)
    guard linkExists(id, path) else { throw place.error(.missingObject, "there is no \(path)") }
    return try place.own(H5Oopen(id, path, chdf5_default()), H5Oclose, or: .damagedFile)
  }
}

/// Whether every part of a path is a link that leads to an object. The library asks for the parts
/// to be tested one by one.
func linkExists(_ location: hid_t, _ path: String) -> Bool {
  if path == "/" { return true }
  var prefix = ""
  for part in path.split(separator: "/", omittingEmptySubsequences: true) {
    prefix += prefix.isEmpty && !path.hasPrefix("/") ? "\(part)" : "/\(part)"
    guard H5Lexists(location, prefix, chdf5_default()) > 0,
      H5Oexists_by_name(location, prefix, chdf5_default()) > 0
    else {
      _ = errorStack()
      return false
    }
  }
  return !prefix.isEmpty
}

/// Rejects names the library would read as a path or cut short.
func checkName(_ name: String, _ place: Place) throws {
  let bad = name.isEmpty || name == "." || name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
  if bad {
    throw place.error(
      .misuse,
      "\"\(name)\" is no name for an object",
      remedy: "Use a name that is not empty and has no slash or NUL."
    )
  }
}

/// Link creation with names marked as UTF-8.
func linkCreation(_ place: Place) throws -> Handle {
  let list = try place.own(H5Pcreate(chdf5_link_create()), H5Pclose, or: .misuse)
  try place.check(H5Pset_char_encoding(list.id, H5T_CSET_UTF8), or: .misuse)
  return list
}
