import Foundation

/// Publishes folders so that whoever opens the path finds what was there before, nothing, or the new folder
/// whole.
package enum AtomicFolder {
  /// Says at once what would otherwise be found out after the work.
  ///
  /// - Parameter isOwn: whether a folder that is there, by its path, is of the kind that is to be
  ///   written; another is never replaced.
  ///
  /// - Throws: `OutputError`, or `StorageError` for the folder that it is to stand in.
  package static func check(
    _ path: String,
    overwrite: Bool,
    isOwn: (_ path: String) -> Bool
  ) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else { return try OutputFile.checkFolder(of: path) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw OutputError(
        .notAFile,
        path,
        "this is not a folder, and is left alone",
        remedy: "Give the name of a folder."
      )
    }
    guard overwrite else {
      throw OutputError(
        .exists,
        path,
        "the folder is there already",
        remedy: "Choose another name, or replace it with --overwrite."
      )
    }
    guard isOwn(path) else {
      throw OutputError(
        .needed,
        path,
        "this folder holds something else, and is left alone",
        remedy: "Choose another name."
      )
    }
    try OutputFile.checkFolder(of: path)
  }

  /// Lets `build` fill a new folder beside `path`, and renames it. What is thrown is passed on after the
  /// new folder is removed; a folder that was there is then as it was.
  package static func replace<Result>(
    _ path: String,
    storage: some Storage = SystemStorage(),
    build: (_ temporaryPath: String) throws -> Result
  ) throws -> Result {
    let temporary = Temporaries.begin(beside: path)
    defer { Temporaries.forget(temporary) }
    do {
      guard mkdir(temporary, 0o777) == 0 else { throw StorageError(path, "create", code: errno) }
      let result = try build(temporary)
      try AtomicFile.synchronize(temporary, storage: storage)
      try publish(temporary, as: path, storage)
      return result
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
  }

  private static func publish(
    _ temporary: String,
    as path: String,
    _ storage: some Storage
  ) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      try rename(temporary, to: path, storage)
      return try AtomicFile.synchronize(OutputFile.folder(of: path), storage: storage)
    }
    // A folder with something in it cannot be renamed over.
    let aside = Temporaries.begin(beside: path)
    // The end of the process must not remove what was there.
    Temporaries.forget(aside)
    try rename(path, to: aside, storage)
    do {
      try rename(temporary, to: path, storage)
    } catch {
      try? storage.rename(aside, to: path)
      throw error
    }
    try? FileManager.default.removeItem(atPath: aside)
    try AtomicFile.synchronize(OutputFile.folder(of: path), storage: storage)
  }

  private static func rename(_ source: String, to target: String, _ storage: some Storage) throws {
    do throws(StorageFault) {
      try storage.rename(source, to: target)
    } catch {
      throw StorageError(target, "rename to", code: error.code)
    }
  }
}
