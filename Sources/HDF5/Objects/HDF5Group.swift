import CHDF5

/// A group of a file. See `HDF5File` for an example.
package struct HDF5Group: HDF5Object {
  package let file: HDF5File
  package let path: String

  package enum ChildKind: Sendable, Hashable {
    case group, dataset, other
  }

  /// Creates a group inside this one.
  ///
  /// - Throws: `HDF5Error` when there is a child of this name already, or the file cannot grow.
  @discardableResult
  package func createGroup(_ name: String) throws -> HDF5Group {
    try withLibrary {
      let place = place("create", child: name)
      try checkName(name, place)
      let parent = try openObject(place)
      let links = try linkCreation(place)
      let creation = try place.own(H5Pcreate(chdf5_group_create()), H5Pclose, or: .misuse)
      // Times would make equal content differ in its bytes.
      try place.check(H5Pset_obj_track_times(creation.id, false), or: .misuse)
      _ = try place.own(
        H5Gcreate2(parent.id, name, links.id, creation.id, chdf5_default()),
        H5Gclose,
        or: .inputOutput
      )
    }
    return child(name)
  }

  /// The group at a path relative to this one.
  ///
  /// - Throws: `HDF5Error` of kind `missingObject` or `mismatch`.
  package func group(_ name: String) throws -> HDF5Group {
    switch try kind(of: name) {
    case .group: return child(name)
    case nil: throw missing(name)
    default: throw place("open", child: name).error(.mismatch, "this is not a group")
    }
  }

  /// The data set at a path relative to this group.
  ///
  /// - Throws: `HDF5Error` of kind `missingObject` or `mismatch`.
  package func dataset(_ name: String) throws -> HDF5Dataset {
    switch try kind(of: name) {
    case .dataset: return try HDF5Dataset(file: file, path: place("open", child: name).object)
    case nil: throw missing(name)
    default: throw place("open", child: name).error(.mismatch, "this is not an array")
    }
  }

  /// Whether there is an object at a path relative to this group.
  package func exists(_ name: String) throws -> Bool { try kind(of: name) != nil }

  /// What the object at a relative path is; `nil` when there is none.
  package func kind(of name: String) throws -> ChildKind? {
    try withLibrary {
      let place = place("open", child: name)
      let id = try file.openIdentifier(place)
      guard linkExists(id, place.object) else {
        if let cause = brokenLink(place.object, in: id) {
          throw place.error(.missingObject, cause, remedy: "Put it where the link leads.")
        }
        return nil
      }
      let object = try place.own(
        H5Oopen(id, place.object, chdf5_default()),
        H5Oclose,
        or: .damagedFile
      )
      switch H5Iget_type(object.id) {
      case H5I_GROUP: return .group
      case H5I_DATASET: return .dataset
      default: return .other
      }
    }
  }

  /// The names of the children in the order of their UTF-8 bytes.
  package func childNames() throws -> [String] {
    try withLibrary {
      let place = place("list")
      let group = try openObject(place)
      var info = H5G_info_t()
      try place.check(H5Gget_info(group.id, &info), or: .damagedFile)
      var names: [String] = []
      for index in 0..<info.nlinks {
        let length = H5Lget_name_by_idx(
          group.id,
          ".",
          H5_INDEX_NAME,
          H5_ITER_INC,
          index,
          nil,
          0,
          chdf5_default()
        )
        guard length >= 0 else { throw place.failure(.damagedFile) }
        var bytes = [CChar](repeating: 0, count: length + 1)
        guard
          H5Lget_name_by_idx(
            group.id,
            ".",
            H5_INDEX_NAME,
            H5_ITER_INC,
            index,
            &bytes,
            bytes.count,
            chdf5_default()
          )
            == length
        else { throw place.failure(.damagedFile) }
        names.append(string(bytes))
      }
      return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
  }

  private func child(_ name: String) -> HDF5Group {
    HDF5Group(file: file, path: place("open", child: name).object)
  }

  private func missing(_ name: String) -> HDF5Error {
    place("open", child: name).error(
      .missingObject,
      "there is no such object in the file",
      remedy: "Check that this is the right kind of file."
    )
  }
}

/// The text before the NUL that ends C strings.
func string(_ bytes: [CChar]) -> String {
  String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
