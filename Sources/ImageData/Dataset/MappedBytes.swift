import AtomicFiles
import Foundation
import HDF5

/// Part of a file, mapped into memory read-only.
final class MappedBytes: Sendable {
  // Nothing writes to this memory, and it stays mapped as long as this object lives.
  nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
  private nonisolated(unsafe) let mapping: UnsafeMutableRawPointer?
  private let length: Int

  /// - Throws: `StorageError` when the file cannot be mapped.
  init(_ path: String, offset: Int, count: Int) throws {
    guard count > 0 else {
      (bytes, mapping, length) = (UnsafeRawBufferPointer(start: nil, count: 0), nil, 0)
      return
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError(path, "open", code: errno) }
    defer { close(descriptor) }
    // The file may be another one by now than the one whose header was read.
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw StorageError(path, "read", code: errno) }
    guard offset + count <= Int(status.st_size) else {
      throw ImageDataset.damage(path, "its images reach beyond the end of the file")
    }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = offset / page * page
    length = offset + count - start
    let address = mmap(nil, length, PROT_READ, MAP_SHARED, descriptor, off_t(start))
    guard let address, address != MAP_FAILED else { throw StorageError(path, "map", code: errno) }
    mapping = address
    bytes = UnsafeRawBufferPointer(start: address + (offset - start), count: count)
  }

  deinit { if let mapping { munmap(mapping, length) } }
}
