import ImageData

/// Which folders are classes, and which are splits of them.
package enum FolderLayout: String, Sendable, Codable, CaseIterable {
  /// As the folders tell; where they do not, the import is refused.
  case automatic
  /// Every folder on top is a class, whatever it is called.
  case classes
  /// The folders on top are splits, and the ones below them classes.
  case splits
}

/// The splits of a folder and what has been left out to find them.
struct FolderSplits {
  var train: FolderNode
  var search: FolderNode?
  var test: FolderNode?
  /// Pictures in split folders, but in none of a class.
  var loose: [FolderFile] = []
  var notes: [ImportNote] = []

  /// `nil` when the folders on top are classes.
  ///
  /// - Throws: `ImageDataError` when the folders can be read in two ways.
  static func find(_ root: FolderNode, layout: FolderLayout, path: String) throws -> FolderSplits? {
    guard layout != .classes else { return nil }
    let finder = SplitFinder(root: root, path: path)
    return layout == .splits ? try finder.splits() : try finder.decide()
  }

  /// A held-out folder is never trained on: the only one makes the test split.
  mutating func assignValidation() {
    guard let validation = search else { return }
    if test == nil {
      (test, search) = (validation, nil)
      notes.append(
        ImportNote(
          "images of '\(validation.path)' taken as the test split, since there is no other held-out "
            + "folder with classes; the search split is taken from '\(train.path)'",
          count: validation.filled.reduce(0) { $0 + $1.pictureCount }
        )
      )
    } else {
      notes.append(
        ImportNote(
          "images of '\(validation.path)' taken as the search split",
          count: validation.filled.reduce(0) { $0 + $1.pictureCount }
        )
      )
    }
  }
}
