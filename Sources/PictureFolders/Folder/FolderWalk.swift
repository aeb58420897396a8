import Foundation
import ImageData

/// Reads a folder with all that is below it. Links are followed, but never round in a circle.
struct FolderWalk {
  let top: String
  private(set) var root = FolderNode(name: "", path: "")
  var tally = FolderTally()
  /// How often each folder was read: links can lead to one in more ways than there is time for.
  private var visits: [FolderIdentity: Int] = [:]
  private static let mostVisits = 8
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
          // It cannot be opened, and may be a class.
          throw ImageDataError(
            .badData,
            "\(top)/\(path)",
            "the name of the folder is not UTF-8",
            remedy: "Rename it, or remove it."
          )
        } else if above.contains(identity) {
          tally.add(.circle, path)
        } else if above.count > Self.deepest {
          tally.add(.tooDeep, path)
        } else if visits[identity, default: 0] == Self.mostVisits {
          tally.add(.repeated, path)
        } else {
          visits[identity, default: 0] += 1
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
    switch entry.kind {
    case .neither(let cause, let kind) where isPicture:
      node.files.append(Self.refused(path, cause, kind))
    case .neither: tally.add(.unopenable, path)
    case _ where entry.isText: node.files.append(FolderFile(path: path, content: .other))
    case _ where isPicture: node.files.append(Self.refused(path, "its name is not UTF-8"))
    default: tally.add(.other(ending(entry.name)), path)
    }
  }

  private static func refused(
    _ path: String,
    _ cause: String,
    _ kind: ImageDataError.Kind = .badData
  ) -> FolderFile {
    FolderFile(path: path, content: .broken(cause), refusal: kind)
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
