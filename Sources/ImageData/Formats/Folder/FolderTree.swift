import Foundation

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

/// Reads a folder with all that is below it. Links are followed, but never round in a circle.
struct FolderWalk {
  let top: String
  private(set) var root = FolderNode(name: "", path: "")
  var tally = FolderTally()
  private static let deepest = 64
  private static let systemNames: Set = [
    "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "@eadir", "$recycle.bin",
    "system volume information", "lost+found",
  ]

  /// - Throws: `ImageDataError` when a folder cannot be read.
  init(_ top: String) throws {
    self.top = top
    var status = stat()
    let above = stat(top, &status) == 0 ? [FolderIdentity(status)] : []
    try read(root, above: above)
    try classify()
    root.count()
  }

  private mutating func read(_ node: FolderNode, above: [FolderIdentity]) throws {
    let folder = node.path.isEmpty ? top : "\(top)/\(node.path)"
    for entry in try FolderListing.entries(folder) {
      let path = node.path.isEmpty ? entry.name : "\(node.path)/\(entry.name)"
      if entry.name.hasPrefix(".") {
        tally.add(.hidden, path)
      } else if Self.systemNames.contains(entry.name.lowercased()) {
        tally.add(.system, path)
      } else if case .folder(let identity) = entry.kind {
        if !entry.isText {
          node.files.append(Self.refused(path, "the name of the folder is not UTF-8"))
        } else if above.contains(identity) {
          tally.add(.circle, path)
        } else if above.count > Self.deepest {
          tally.add(.tooDeep, path)
        } else {
          let below = FolderNode(name: entry.name, path: path)
          node.folders.append(below)
          try read(below, above: above + [identity])
        }
      } else {
        add(entry, path, to: node)
      }
    }
  }

  private mutating func add(_ entry: FolderEntry, _ path: String, to node: FolderNode) {
    let isPicture = FileContent.isPictureEnding(ending(entry.name))
    if case .neither(let cause) = entry.kind {
      if isPicture {
        node.files.append(Self.refused(path, cause))
      } else {
        tally.add(.unopenable, path)
      }
    } else if !entry.isText {
      node.files.append(Self.refused(path, "its name is not UTF-8"))
    } else {
      node.files.append(FolderFile(path: path, content: .other))
    }
  }

  private static func refused(_ path: String, _ cause: String) -> FolderFile {
    let kind: ImageDataError.Kind =
      switch cause {
      case "permission denied": .inputOutput
      case let cause where cause.contains("link"): .missingFile
      default: .badData
      }
    return FolderFile(path: path, content: .broken(cause), refusal: kind)
  }

  /// Looks into every file, and keeps what is a picture or meant to be one.
  private mutating func classify() throws {
    var nodes: [FolderNode] = []
    func gather(_ node: FolderNode) {
      nodes.append(node)
      node.folders.forEach(gather)
    }
    gather(root)
    for node in nodes {
      let files = node.files
      let top = top
      let contents = inParallel(files.count) { [files] in Self.look(files[$0], in: top) }
      node.files = []
      for file in contents {
        switch file.content {
        case .picture(let type):
          node.files.append(file)
          if !type.endings.contains(ending(file.name)) { tally.add(.misnamed, file.path) }
        case .broken: node.files.append(file)
        case .unread(let type): tally.add(.unread(type), file.path)
        case .other: tally.add(.other(ending(file.name)), file.path)
        }
      }
    }
  }

  private static func look(_ file: FolderFile, in top: String) -> FolderFile {
    guard file.refusal == nil else { return file }
    var file = file
    do throws(PictureFile.Refusal) {
      let head = try PictureFile.read("\(top)/\(file.path)", atMost: FileContent.headSize)
      file.content = FileContent(head: head, ending: ending(file.name))
    } catch {
      guard FileContent.isPictureEnding(ending(file.name)) else {
        file.content = .other
        return file
      }
      file.content = .broken(error.cause)
      file.refusal = error.kind
    }
    return file
  }
}

/// The ending of a name, in small letters, without the dot.
func ending(_ name: some StringProtocol) -> String {
  (String(name) as NSString).pathExtension.lowercased()
}
