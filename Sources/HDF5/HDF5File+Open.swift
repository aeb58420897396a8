import AtomicFiles
import CHDF5
import Foundation

extension HDF5File {
  /// Opens a file for reading. A file that carries a seal (see `FileSeal`) is read once and
  /// checked against it before the library sees a byte; one without is given to
  /// `UnsealedFiles.check` first.
  ///
  /// - Throws: `HDF5Error` of kind `missingFile`, `foreignFile`, `damagedFile`, `inputOutput` or
  ///   `busy`.
  package static func open(_ path: String) throws -> HDF5File {
    let place = Place(file: path, object: "", operation: "open")
    let size = try sizeOfReadable(path, place)
    let isSealed = try FileSeal.check(path: path, fileSize: size, place)
    try checkSignature(place) { offset in try readPart(of: path, from: offset, count: 8) }
    if !isSealed { try UnsealedFiles.check?.run(path) }
    return try withLibrary {
      let access = try fileAccess(place)
      let id = H5Fopen(path, chdf5_read_only(), access.id)
      if id < 0 { throw openFailure(place) }
      return HDF5File(name: path, size: size, id: id)
    }
  }

  /// A writer that was killed leaves a mark in newer files; the library then names its tool.
  private static func openFailure(_ place: Place) -> HDF5Error {
    let failure = place.failure(.damagedFile)
    guard failure.cause.contains("h5clear") else { return failure }
    return place.error(
      .damagedFile,
      "the program that wrote it has not closed it, or was ended",
      remedy: "Close it there; if that program is gone, run: h5clear -s '\(place.file)'"
    )
  }

  /// Opens the bytes of a file for reading. `name` is used in messages only.
  ///
  /// - Throws: `HDF5Error` of kind `foreignFile` or `damagedFile`.
  package static func open(image: [UInt8], name: String) throws -> HDF5File {
    let place = Place(file: name, object: "", operation: "open")
    try FileSeal.check(image: image, place)
    try checkSignature(place) { offset in Array(image.dropFirst(offset).prefix(8)) }
    let imageName = uniqueImageName()
    return try withLibrary {
      let access = try fileAccess(place)
      try place.check(H5Pset_fapl_core(access.id, 1 << 20, false), or: .misuse)
      var image = image  // The library takes a mutable pointer and copies from it.
      try place.check(H5Pset_file_image(access.id, &image, image.count), or: .misuse)
      return try adopt(
        H5Fopen(imageName, chdf5_read_only(), access.id),
        name: name,
        size: image.count,
        place,
        or: .damagedFile
      )
    }
  }

  /// Creates a file; there must be none at `path` yet. It has room for a seal, which
  /// `FileSeal.seal(path:)` puts on it after it is closed.
  ///
  /// - Throws: `HDF5Error` of kind `inputOutput`.
  package static func create(_ path: String) throws -> HDF5File {
    let place = Place(file: path, object: "", operation: "create")
    return try withLibrary {
      let access = try fileAccess(place)
      let creation = try place.own(H5Pcreate(chdf5_file_create()), H5Pclose, or: .misuse)
      try place.check(H5Pset_userblock(creation.id, hsize_t(FileSeal.length)), or: .misuse)
      return try adopt(
        H5Fcreate(path, chdf5_exclusive(), creation.id, access.id),
        name: path,
        size: nil,
        place,
        or: .inputOutput
      )
    }
  }

  /// Creates a file that lives in memory: see `image()`.
  package static func createInMemory(name: String = "new file") throws -> HDF5File {
    let place = Place(file: name, object: "", operation: "create")
    let imageName = uniqueImageName()
    return try withLibrary {
      let access = try fileAccess(place)
      try place.check(H5Pset_fapl_core(access.id, 1 << 20, false), or: .misuse)
      return try adopt(
        H5Fcreate(imageName, chdf5_truncate(), chdf5_default(), access.id),
        name: name,
        size: nil,
        place,
        or: .misuse
      )
    }
  }

  /// The bytes a file holding everything written so far has, under a seal. Equal content gives
  /// equal bytes.
  package func image() throws -> [UInt8] {
    let bytes = try withLibrary {
      let place = place("", "make an image of")
      let id = try openIdentifier(place)
      try place.check(H5Fflush(id, H5F_SCOPE_GLOBAL), or: .inputOutput)
      let size = H5Fget_file_image(id, nil, 0)
      guard size >= 0 else { throw place.failure(.misuse) }
      var failed = false
      let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        count = max(0, H5Fget_file_image(id, buffer.baseAddress, size))
        failed = count != size
      }
      if failed { throw place.failure(.misuse) }
      return bytes
    }
    return try FileSeal.seal(bytes)
  }

  private static func adopt(
    _ id: hid_t,
    name: String,
    size: Int?,
    _ place: Place,
    or kind: HDF5Error.Kind
  ) throws -> HDF5File {
    guard id >= 0 else { throw place.failure(kind) }
    return HDF5File(name: name, size: size, id: id)
  }

  private static func fileAccess(_ place: Place) throws -> Handle {
    let list = try place.own(H5Pcreate(chdf5_file_access()), H5Pclose, or: .misuse)
    // Closing a file closes what is open in it, instead of silently staying open.
    try place.check(H5Pset_fclose_degree(list.id, H5F_CLOSE_STRONG), or: .misuse)
    try place.check(chdf5_lock_where_possible(list.id), or: .misuse)
    return list
  }

  /// Says what the library cannot tell apart: no such file, no permission, a folder.
  private static func sizeOfReadable(_ path: String, _ place: Place) throws -> Int {
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      throw place.error(
        code == ENOENT || code == ENOTDIR ? .missingFile : .inputOutput,
        systemCode: code
      )
    }
    defer { Foundation.close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw place.error(.inputOutput, systemCode: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw place.error(.foreignFile, "this is not a regular file")
    }
    return Int(status.st_size)
  }

  /// The signature stands at 0, 512, 1024, 2048 and so on: a user block may precede it.
  private static func checkSignature(_ place: Place, read: (Int) throws -> [UInt8]) throws {
    var offset = 0
    while true {
      let bytes = try read(offset)
      if bytes == [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] { return }
      guard bytes.count == 8 else {
        throw place.error(.foreignFile, "this is not an HDF5 file")
      }
      offset = offset == 0 ? 512 : offset * 2
    }
  }
}
