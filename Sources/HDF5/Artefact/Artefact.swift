import AtomicFiles

/// A whole file of ours that fits in memory: supernet, search or family.
///
/// ```swift
/// let digest = try Artefact.write(header, to: "family.h5") { root in
///   try root.write("accuracy", accuracies)
/// }
/// let family = try Artefact.open("family.h5", expecting: "regnas.family", readerVersion: 1)
/// let accuracies = try family.file.root.read("accuracy", as: Double.self).values
/// ```
package struct Artefact: Sendable {
  package let file: HDF5File
  package let header: FileHeader
  /// SHA-256 of the content: see `ContentDigest`.
  package let digest: String

  /// Builds the file in memory and publishes it: written beside, synchronised, read back against
  /// its seal, renamed. Equal content gives equal bytes.
  ///
  /// - Returns: the digest of the content.
  /// - Throws: `HDF5Error`, `StorageError`, or what `build` throws; then `path` is as it was.
  @discardableResult
  package static func write(
    _ header: FileHeader,
    to path: String,
    storage: some Storage = SystemStorage(),
    build: (_ root: HDF5Group) throws -> Void
  ) throws -> String {
    let (bytes, digest) = try image(header, name: path, build: build)
    try AtomicFile.write(bytes, to: path, storage: storage) { temporary in
      try HDF5File.open(temporary).close()
    }
    return digest
  }

  /// The bytes that `write` would publish, and the digest of their content.
  package static func image(
    _ header: FileHeader,
    name: String = "new file",
    build: (_ root: HDF5Group) throws -> Void
  ) throws -> (bytes: [UInt8], digest: String) {
    let file = try HDF5File.createInMemory(name: name)
    try header.write(to: file)
    try build(file.root)
    let digest = try ContentDigest.write(to: file)
    let bytes = try file.image()
    try file.close()
    return (bytes, digest)
  }

  /// Opens a file and verifies all of it: seal, format, version, every checksum, content digest.
  ///
  /// - Throws: `HDF5Error`.
  package static func open(
    _ path: String,
    expecting format: String,
    readerVersion: Int
  ) throws -> Artefact {
    let file = try HDF5File.open(path)
    let header = try FileHeader.read(from: file, expecting: format, readerVersion: readerVersion)
    return Artefact(file: file, header: header, digest: try ContentDigest.verify(file))
  }
}
