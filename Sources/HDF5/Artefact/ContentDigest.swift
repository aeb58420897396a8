import AtomicFiles

/// A digest of what a file holds, whatever way it is stored.
///
/// SHA-256 over a walk of the tree in the order of the UTF-8 bytes of names. Each object gives one
/// record (kind, path; for a data set also element type, shape and the CRC-32 of its data),
/// followed by one record for each attribute (name, type, value). Every field is ended by a zero
/// byte. Layout, compression, byte order, string storage and the order of creation do not enter, so
/// a file copied object by object with h5py has the same digest.
package enum ContentDigest {
  /// The attribute of the root group that holds it, which does not enter itself.
  package static let attribute = "content-sha256"

  private static let deepest = 64

  /// The digest over the present content.
  ///
  /// - Parameter readingData: whether data are read and compared with their checksums; otherwise
  ///   stored checksums are trusted, which is much faster for large files.
  /// - Throws: `HDF5Error` of kind `damagedFile` when data do not have their checksum.
  package static func compute(_ file: HDF5File, readingData: Bool = true) throws -> String {
    let hash = try SHA256()
    try add(file.root, to: hash, depth: 0, readingData)
    return try hash.digest()
  }

  /// Computes the digest and stores it in the file. To be called last, before `image` or `close`.
  @discardableResult
  package static func write(to file: HDF5File) throws -> String {
    let digest = try compute(file, readingData: false)
    try file.root.setAttribute(attribute, digest)
    return digest
  }

  /// Verifies the file at `path`, every byte of it, and gives its digest.
  @discardableResult
  package static func verify(path: String) throws -> String {
    let file = try HDF5File.open(path)
    let digest = try verify(file)
    try file.close()
    return digest
  }

  /// Compares the content with the digest stored in the file and gives the digest.
  ///
  /// - Throws: `HDF5Error` of kind `damagedFile` when they differ or none is stored.
  @discardableResult
  package static func verify(_ file: HDF5File, readingData: Bool = true) throws -> String {
    let place = file.place("", "verify")
    guard let stored = try file.root.attributeIfPresent(attribute, as: String.self) else {
      throw place.error(.damagedFile, "there is no \(attribute) attribute: it was never finished")
    }
    let found = try compute(file, readingData: readingData)
    guard found == stored else {
      throw place.error(
        .damagedFile,
        "an object or attribute has changed since the file was written"
      )
    }
    return stored
  }

  private static func add(
    _ group: HDF5Group,
    to hash: SHA256,
    depth: Int,
    _ readingData: Bool
  ) throws {
    guard depth < deepest else {
      throw group.place("verify").error(
        .damagedFile,
        "groups are nested more than \(deepest) deep"
      )
    }
    try hash.update("group\0\(group.path)\0")
    try addAttributes(of: group, to: hash, except: depth == 0 ? attribute : nil)
    for name in try group.childNames() {
      switch try group.kind(of: name) {
      case .group: try add(group.group(name), to: hash, depth: depth + 1, readingData)
      case .dataset: try add(group.dataset(name), to: hash, readingData)
      default:
        throw group.place("verify", child: name).error(
          .damagedFile,
          "this is neither a group nor a data set"
        )
      }
    }
  }

  private static func add(
    _ dataset: HDF5Dataset,
    to hash: SHA256,
    _ readingData: Bool
  ) throws {
    let stored = try readingData ? nil : dataset.storedChecksum()
    let checksum = try stored ?? dataset.computeChecksum()
    let shape = dataset.shape.map(String.init).joined(separator: ",")
    try hash.update("data\0\(dataset.path)\0\(dataset.elementType)\0\(shape)\0\(checksum)\0")
    try addAttributes(of: dataset, to: hash, except: HDF5Dataset.checksumAttribute)
  }

  private static func addAttributes(
    of object: some HDF5Object,
    to hash: SHA256,
    except excluded: String?
  ) throws {
    for name in try object.attributeNames() where name != excluded {
      let value =
        switch try object.anyAttribute(name) {
        case .string(let text): "string\0\(text)"
        case .integer(let number): "integer\0\(number)"
        case .real(let number): "real\0\(number.bitPattern)"
        case nil: ""
        }
      try hash.update("attribute\0\(name)\0\(value)\0")
    }
  }
}
