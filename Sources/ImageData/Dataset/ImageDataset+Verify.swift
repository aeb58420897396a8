import AtomicFiles
import HDF5

extension ImageDataset {
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
