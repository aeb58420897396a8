import CHDF5
import Synchronization

/// An open HDF5 file.
///
/// ```swift
/// let file = try HDF5File.createInMemory()
/// try file.root.setAttribute("format", "regnas.supernet")
/// try file.root.createGroup("weights").write("stem.conv.weight", weights, shape: [16, 3, 3, 3])
/// try AtomicFile.write(file.image(), to: "supernet.h5")
/// ```
///
/// Groups and data sets are values that remember their path and open the object anew for every
/// operation, so there is nothing to close but the file. All operations of the process take turns
/// under one lock, and all may be called from any thread.
package final class HDF5File: Sendable {
  /// The path, or the name given to an image.
  package let name: String
  /// Bytes on disk or of the image when it was opened; `nil` for a file being written.
  let size: Int?
  private let identifier: Mutex<hid_t?>

  init(name: String, size: Int?, id: hid_t) {
    self.name = name
    self.size = size
    identifier = Mutex(id)
  }

  // A failure here cannot be reported; to learn of one, call `close()`.
  deinit { try? close() }

  package var root: HDF5Group { HDF5Group(file: self, path: "/") }

  /// Closes the file and everything open in it. Later operations on it throw; closing again does
  /// nothing.
  ///
  /// - Throws: `HDF5Error` when buffered data cannot be written.
  package func close() throws {
    try withLibrary {
      let id = identifier.withLock { value in
        defer { value = nil }
        return value
      }
      if let id { try place("", "close").check(H5Fclose(id), or: .inputOutput) }
    }
  }

  /// Hands buffered data to the system. It does not wait for the disk.
  package func flush() throws {
    try withLibrary {
      let place = place("", "flush")
      try place.check(H5Fflush(openIdentifier(place), H5F_SCOPE_GLOBAL), or: .inputOutput)
    }
  }

  /// How many groups, data sets, types and attributes of this file the library holds open: 0
  /// between operations. For tests.
  package func openObjectCount() throws -> Int {
    try withLibrary {
      let place = place("", "count the open objects of")
      let count = H5Fget_obj_count(try openIdentifier(place), chdf5_objects())
      guard count >= 0 else { throw place.failure(.misuse) }
      return Int(count)
    }
  }

  func place(_ object: String, _ operation: String) -> Place {
    Place(file: name, object: object, operation: operation)
  }

  /// The library's identifier, to be used under the lock only.
  func openIdentifier(_ place: Place) throws -> hid_t {
    guard let id = identifier.withLock({ $0 }) else {
      throw place.error(.misuse, "the file has been closed")
    }
    return id
  }
}
