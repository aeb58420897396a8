import AtomicFiles
import HDF5

extension ImageDataset {
  /// Opens a data set for work whose results follow from its pixels. Their digest is stored in the file,
  /// so that a change of them is noticed by their checksum alone.
  ///
  /// - Throws: what `open` throws, and what ``verify()`` throws.
  package static func openVerified(_ path: String) throws -> ImageDataset {
    let dataset = try open(path)
    try dataset.verify()
    return dataset
  }

  /// Reads every byte and compares all checksums. `open` has already compared the rest.
  ///
  /// - Throws: `HDF5Error` of kind `damagedFile` naming the object that has changed.
  package func verify() throws {
    guard CRC32.of(pixels.bytes) == imageChecksum else {
      throw HDF5Error(
        .damagedFile,
        file: path,
        object: "/images",
        operation: "verify",
        cause: "the data do not have the checksum they were written with"
      )
    }
  }
}
