import ImageData

/// A folder with everything in and below it that may be a picture.
final class FolderNode {
  let name: String
  /// From the folder that is imported; empty for that folder itself.
  let path: String
  var files: [FolderFile] = []
  var folders: [FolderNode] = []
  /// Pictures in this folder itself, and in and below it. Broken ones count: they are meant to be.
  private(set) var ownCount = 0
  private(set) var pictureCount = 0

  init(name: String, path: String) {
    self.name = name
    self.path = path
  }

  /// The pictures in and below this folder, in the order of their names.
  var pictures: [FolderFile] {
    // Files and folders in one order, as their names come.
    var all: [(name: Substring, files: [FolderFile])] = files.map { ($0.name, [$0]) }
    all += folders.map { ($0.name[...], $0.pictures) }
    all.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    return all.flatMap(\.files)
  }

  /// Folders below this one with pictures in or below them.
  var filled: [FolderNode] { folders.filter { $0.pictureCount > 0 } }

  /// The topmost folders in and below this one that hold no picture.
  var empties: [FolderNode] {
    pictureCount == 0 ? [self] : folders.flatMap(\.empties)
  }

  func count() {
    for folder in folders { folder.count() }
    ownCount = files.count
    pictureCount = folders.reduce(ownCount) { $0 + $1.pictureCount }
  }
}

/// A picture, or a file that is meant to be one.
struct FolderFile: Sendable {
  /// From the folder that is imported.
  let path: String
  var content: FileContent
  /// Set when it cannot be opened: then `content` says why.
  var refusal: ImageDataError.Kind?

  var name: Substring {
    path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
  }

  /// - Parameter top: the folder that is imported.
  func error(in top: String) -> ImageDataError? {
    guard let refusal, case .broken(let cause) = content else { return nil }
    return ImageDataError(
      refusal,
      "\(top)/\(path)",
      cause,
      remedy: refusal == .inputOutput
        ? "Make it readable (chmod u+r), or leave such files out with --skip-corrupt."
        : "Mend, rename or remove it, or leave such files out with --skip-corrupt."
    )
  }
}
