import CHDF5

/// Which object a path leads to.
struct ObjectIdentity: Hashable {
  var file: UInt
  var address: UInt64
}

extension HDF5Object {
  /// - Throws: `HDF5Error` of kind `damagedFile` or `missingObject`.
  func identity() throws -> ObjectIdentity {
    try withLibrary {
      let place = place("identify")
      let object = try openObject(place)
      var identity = ObjectIdentity(file: 0, address: 0)
      try place.check(
        chdf5_identify(object.id, &identity.file, &identity.address),
        or: .damagedFile
      )
      return identity
    }
  }
}
