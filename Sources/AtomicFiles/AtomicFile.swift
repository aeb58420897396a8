import Foundation

/// Publishes files so that whoever opens the path, even after a crash at any moment, finds either
/// what was there before or the new file whole.
package enum AtomicFile {
  /// Temporary files beside their targets end so; stale ones may be removed by whoever owns the
  /// folder.
  package static let temporarySuffix = ".partial"
  /// Bytes by which the name of a temporary file is at most longer than its target's.
  static let longestAddition = 32

  /// Writes `bytes` beside `path`, waits for the disk, and renames over `path`; over its target where
  /// `path` is a link (see `OutputFile`).
  ///
  /// - Throws: `OutputError` when `path` is no regular file, `StorageError` naming `path`. The
  ///   temporary is removed and `path` is as it was, unless only waiting for the folder failed: then
  ///   the new file is in place but may not survive a crash.
  ///
  /// - Parameter verify: is given the temporary's path before it is renamed; what it throws is
  ///   passed on after the temporary is removed.
  package static func write(
    _ bytes: [UInt8],
    to path: String,
    storage: some Storage = SystemStorage(),
    verify: (_ temporaryPath: String) throws -> Void = { _ in }
  ) throws {
    let target = try OutputFile.destination(of: path)
    let temporary = Temporaries.begin(beside: target)
    defer { Temporaries.forget(temporary) }
    do {
      try bytes.withUnsafeBytes { try writeNew($0, temporary, for: path, storage) }
      try verify(temporary)
      try publish(temporary, as: target, storage)
    } catch {
      try? storage.remove(temporary)
      throw error
    }
  }

  /// Lets `build` make a file at a temporary path beside `path` by whatever means, then waits for
  /// the disk and renames it. What `build` throws is passed on after the temporary is removed.
  package static func replace<Result>(
    _ path: String,
    overwrite: Bool = true,
    storage: some Storage = SystemStorage(),
    build: (_ temporaryPath: String) throws -> Result
  ) throws -> Result {
    let target = try OutputFile.destination(of: path)
    let temporary = Temporaries.begin(beside: target)
    defer { Temporaries.forget(temporary) }
    do {
      let result = try build(temporary)
      try synchronize(temporary, for: path, storage)
      // A file that another process has made meanwhile is not replaced either.
      if !overwrite, try takeName(target, for: temporary) {
        try? storage.remove(temporary)
        try synchronize(OutputFile.folder(of: target), storage: storage)
      } else {
        try publish(temporary, as: target, storage)
      }
      return result
    } catch {
      try? storage.remove(temporary)
      throw error
    }
  }

  /// Gives the new file its name as a second one, which fails where the name is taken. False where the
  /// file system has no second names: there what was checked before the work has to do.
  private static func takeName(_ target: String, for temporary: String) throws -> Bool {
    if link(temporary, target) == 0 { return true }
    guard errno == EEXIST else { return false }
    throw OutputError(
      .exists,
      target,
      "the file is there already: another program has made it meanwhile",
      remedy: "Choose another name, or replace it with --overwrite."
    )
  }

  /// Waits until the disk has what was written to an existing file, or the entries of a folder.
  ///
  /// - Throws: `StorageError` naming `path`.
  package static func synchronize(
    _ path: String,
    storage: some Storage = SystemStorage()
  ) throws {
    try synchronize(path, for: path, storage)
  }

  private static func synchronize(
    _ file: String,
    for path: String,
    _ storage: some Storage
  ) throws {
    let descriptor = try call(
      path,
      "open",
      { () throws(StorageFault) in
        try storage.open(file)
      }
    )
    try synchronizeAndClose(descriptor, path, storage)
  }

  private static func writeNew(
    _ bytes: UnsafeRawBufferPointer,
    _ temporary: String,
    for path: String,
    _ storage: some Storage
  ) throws {
    let descriptor = try call(
      path,
      "create",
      { () throws(StorageFault) in
        try storage.create(temporary)
      }
    )
    var rest = bytes[...]
    do {
      while !rest.isEmpty {
        // Linux writes at most 2 GiB at a time.
        let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
        let count = try call(
          path,
          "write",
          { () throws(StorageFault) in
            try storage.write(descriptor, part)
          }
        )
        guard count > 0 else { throw StorageError(path, "write", code: EIO) }
        rest = rest.dropFirst(count)
      }
    } catch {
      try? storage.close(descriptor)
      throw error
    }
    try synchronizeAndClose(descriptor, path, storage)
  }

  private static func synchronizeAndClose(
    _ descriptor: Int32,
    _ path: String,
    _ storage: some Storage
  ) throws {
    do {
      try call(
        path,
        "write to disk",
        { () throws(StorageFault) in
          try storage.synchronize(descriptor)
        }
      )
    } catch {
      try? storage.close(descriptor)
      throw error
    }
    // Linux has freed the descriptor even when `close` reports an interruption: never again.
    do throws(StorageFault) {
      try storage.close(descriptor)
    } catch  where error.code != EINTR {
      throw StorageError(path, "close", code: error.code)
    } catch {}
  }

  private static func publish(
    _ temporary: String,
    as path: String,
    _ storage: some Storage
  ) throws {
    try call(
      path,
      "rename to",
      { () throws(StorageFault) in
        try storage.rename(temporary, to: path)
      }
    )
    try synchronize(OutputFile.folder(of: path), storage: storage)
  }

  /// Repeats a call that a signal interrupted.
  private static func call<Result>(
    _ path: String,
    _ operation: String,
    _ body: () throws(StorageFault) -> Result
  ) throws -> Result {
    while true {
      do throws(StorageFault) {
        return try body()
      } catch  where error.code == EINTR {
        continue
      } catch {
        throw StorageError(path, operation, code: error.code)
      }
    }
  }
}
