import Foundation

/// Where a file is to be written, looked at before the work that makes it.
///
/// A symbolic link stands for the file it leads to, as for `cp` and for editors: that file is
/// replaced, and the link stays.
package enum OutputFile {
  /// - Returns: the file that `path` stands for: itself, or the target of a link.
  /// - Throws: `OutputError` when something other than a regular file is there.
  package static func destination(of path: String) throws -> String {
    var status = stat()
    // What else hinders the path is said by the call that needs it.
    guard lstat(path, &status) == 0 else { return path }
    guard status.st_mode & S_IFMT == S_IFLNK else {
      try checkRegular(status, path, path)
      return path
    }
    guard let target = realPath(path) else {
      throw OutputError(
        .danglingLink,
        path,
        "this is a link to a file that is not there",
        remedy: "Remove the link or make the file."
      )
    }
    guard stat(target, &status) == 0 else { return target }
    try checkRegular(status, target, path)
    return target
  }

  /// Says at once what would otherwise be found out after the work: that the file is there and may
  /// not be replaced, or that its folder cannot be written to.
  ///
  /// - Throws: `OutputError`, or `StorageError` for the folder.
  ///
  /// - Parameter inputs: files that the work reads, which are never replaced; or folders of such.
  package static func check(_ path: String, overwrite: Bool, inputs: [String] = []) throws {
    guard !path.isEmpty, !path.hasSuffix("/") else {
      throw OutputError(
        .notAFile,
        path.isEmpty ? "--out" : path,
        "this is no name of a file",
        remedy: "Give the name of the file to write."
      )
    }
    let target = try destination(of: path)
    if overwrite, let input = inputs.first(where: { isSame(target, $0) || contains($0, target) }) {
      throw OutputError(
        .needed,
        path,
        "this file belongs to \(input), which is read",
        remedy: "Choose another name for the file to write."
      )
    }
    guard overwrite || access(target, F_OK) != 0 else {
      throw OutputError(
        .exists,
        path,
        "the file is there already",
        remedy: "Choose another name, or replace it with --overwrite."
      )
    }
    try checkFolder(of: target)
  }

  /// Whether a file that is there lies in a folder, at any depth.
  private static func contains(_ folder: String, _ file: String) -> Bool {
    guard
      let (inner, outer) = realPath(file).flatMap({ inner in realPath(folder).map { (inner, $0) } })
    else { return false }
    return inner.hasPrefix(outer + "/")
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether two paths are of one file that is there.
  package static func isSame(_ path: String, _ other: String) -> Bool {
    var (first, second) = (Foundation.stat(), Foundation.stat())
    return stat(path, &first) == 0 && stat(other, &second) == 0
      && first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  /// - Throws: `StorageError` for a path with a name longer than file systems take.
  ///
  /// - Parameter spare: bytes that the last name must leave for what is added to it.
  package static func checkNames(of path: String, spare: Int = 0) throws {
    let names = path.split(separator: "/").map(\.utf8.count)
    let isLong = names.contains { $0 > NAME_MAX } || (names.last ?? 0) + spare > NAME_MAX
    if isLong || path.utf8.count >= PATH_MAX {
      throw StorageError(path, "write to", code: ENAMETOOLONG)
    }
  }

  /// - Throws: `StorageError` when the folder of a file to come is missing or cannot be written to, or
  ///   the file's name is too long.
  package static func checkFolder(of path: String) throws {
    try checkNames(of: path, spare: AtomicFile.longestAddition)
    let folder = folder(of: path)
    var status = stat()
    guard stat(folder, &status) == 0 else { throw StorageError(folder, "write to", code: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw StorageError(folder, "write to", code: ENOTDIR)
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw StorageError(folder, "write to", code: errno)
    }
  }

  /// What is there of a path: itself, or else the nearest folder above it, where it would be made.
  package static func existingPart(of path: String) -> String {
    var place = path
    while !FileManager.default.fileExists(atPath: place), place != "/" { place = folder(of: place) }
    return place
  }

  /// Bytes that a process may still write to the disk of a folder.
  ///
  /// - Throws: `StorageError`.
  package static func freeBytes(in folder: String) throws -> Int {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { throw StorageError(folder, "open", code: errno) }
    return Int(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
  }

  /// The folder of a file, "." for a bare name. (Foundation's `deletingLastPathComponent` crashes for
  /// a name of one letter.)
  package static func folder(of path: String) -> String {
    let plain = path.lastIndex { $0 != "/" }.map { path[...$0] } ?? ""
    guard let slash = plain.lastIndex(of: "/") else { return plain.isEmpty ? "/" : "." }
    let end = plain[..<slash].lastIndex { $0 != "/" }
    return end.map { String(plain[...$0]) } ?? "/"
  }

  private static func checkRegular(_ status: stat, _ target: String, _ path: String) throws {
    let what: String
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: what = "a folder"
    case S_IFIFO: what = "a named pipe"
    case S_IFSOCK: what = "a socket"
    default: what = "a device"
    }
    let place = target == path ? "this" : "it leads to \(target), which"
    throw OutputError(
      .notAFile,
      path,
      "\(place) is not a regular file but \(what), and is left alone",
      remedy: "Give the name of a file."
    )
  }
}

/// Why a file cannot be written where it was asked for.
public struct OutputError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable, Hashable {
    /// There is a file, and it may not be replaced.
    case exists
    /// There is something that is no regular file: a folder, a pipe, a device.
    case notAFile
    /// It is what the work reads, or a file of another kind than the one to be written.
    case needed
    /// There is a link whose target does not exist.
    case danglingLink
  }

  public let kind: Kind
  public let path: String
  public let cause: String
  public let remedy: String

  package init(_ kind: Kind, _ path: String, _ cause: String, remedy: String) {
    self.kind = kind
    self.path = path
    self.cause = cause
    self.remedy = remedy
  }

  public var description: String { "\(path): \(cause). \(remedy)" }
}
