import AtomicFiles
import Foundation
import ImageData

/// A folder with one sub-folder of pictures for each class, however deep they lie in it; or with
/// sub-folders such as `train`, `val` and `test` that are each such a folder.
package final class FolderSource: ImageSource {
  /// How a folder is to be read.
  package struct Options: Sendable {
    /// Side of the square images to make.
    package var size: Int
    /// 1 (grey) or 3 (RGB).
    package var channels: Int
    /// Leave out files that cannot be decoded, and report them, instead of throwing.
    package var skipsCorrupt: Bool
    package var layout: FolderLayout
    /// The class folders to take, in the order of their labels; `nil` for all.
    package var classes: [String]?
    /// What transparent pictures are composed on.
    package var background: Colour

    package init(
      size: Int,
      channels: Int = 3,
      skipsCorrupt: Bool = false,
      layout: FolderLayout = .automatic,
      classes: [String]? = nil,
      background: Colour = .white
    ) {
      self.size = size
      self.channels = channels
      self.skipsCorrupt = skipsCorrupt
      self.layout = layout
      self.classes = classes
      self.background = background
    }
  }

  package let importer = "folder"
  package let path: String
  package let shape: ImageShape
  package var count: Int { classes.train.count + testCount + searchCount }
  package var searchCount: Int { classes.search.count }
  package var testCount: Int { classes.test.count }
  package var classNames: [String]? { classes.names }
  package private(set) var skipped: [SkippedFile] = []
  /// Files that are no pictures by their content: ignored.
  package let ignoredCount: Int
  /// One entry for each part: its digest covers every file's name and digest.
  package private(set) var files: [SourceFile] = []
  let settings: Options
  var classes: FolderClasses
  var treatment = PictureTreatment()
  var decoding: ImageDecoder.Options
  private let walkNotes: [ImportNote]

  package var options: String {
    "size=\(shape.height) channels=\(shape.channels) skip-corrupt=\(settings.skipsCorrupt) "
      + "background=\(settings.background) layout=\(settings.layout.rawValue) "
      + "classes=\(settings.classes?.joined(separator: ",") ?? "-")"
  }

  package var notes: [ImportNote] {
    let corrupt = ImportNote(
      "pictures left out that could not be opened or decoded",
      count: skipped.count,
      examples: skipped.map { String($0.path.dropFirst(path.count + 1)) }
    )
    return walkNotes + classes.notes + (skipped.isEmpty ? [] : [corrupt])
      + treatment.notes(decoding)
  }

  package var imageNames: [String]? { items.map(\.file.path) }

  var items: [FolderClasses.Item] { classes.train + classes.search + classes.test }

  package convenience init(
    folder: String,
    size: Int,
    channels: Int = 3,
    skipCorrupt: Bool = false
  ) throws {
    try self.init(
      folder: folder,
      options: Options(size: size, channels: channels, skipsCorrupt: skipCorrupt)
    )
  }

  /// Lists the files and looks into each; with `skipsCorrupt` also decodes each once, to know how
  /// many are left.
  ///
  /// - Throws: `ImageDataError` when the folder cannot be read, there are no images, it is not clear
  ///   which folders are classes, or classes of `test` are not in `train`.
  package init(folder: String, options: Options) throws {
    guard (1...4096).contains(options.size), options.channels == 1 || options.channels == 3 else {
      throw ImageDataError(
        .misuse,
        folder,
        "images of size \(options.size) with \(options.channels) channels cannot be made",
        remedy: "Choose a size from 1 to 4096, and 1 (grey) or 3 (RGB) channels."
      )
    }
    // "pets/" as "pets".
    let folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    path = folder
    settings = options
    shape = ImageShape(height: options.size, width: options.size, channels: options.channels)
    decoding = ImageDecoder.Options(channels: options.channels, background: options.background)
    let walk = try FolderWalk(folder)
    guard walk.root.pictureCount > 0 else {
      throw walk.tally.refusal(of: folder, expected: FolderClasses.classesWanted)
    }
    let splits = try FolderSplits.find(walk.root, layout: options.layout, path: folder)
    classes = try FolderClasses(walk.root, splits, chosen: options.classes, path: folder)
    ignoredCount = walk.tally.fileCount
    walkNotes = (splits?.notes ?? []) + walk.tally.notes
    if options.skipsCorrupt {
      try leaveOutCorrupt()
    } else if let refusal = items.lazy.compactMap({ $0.file.error(in: folder) }).first {
      throw refusal
    }
    try chooseWhite()
  }

  /// The labels of all images, known before any is decoded.
  package func labels() throws -> [Int32]? { items.map(\.label) }

  package func read(_ body: ([UInt8], [Int32]) throws -> Void) throws {
    files = []
    treatment = PictureTreatment()
    let parts = [("train", classes.train), ("search", classes.search), ("test", classes.test)]
    for (part, items) in parts where !items.isEmpty {
      let hash = try SHA256()
      for start in stride(from: 0, to: items.count, by: blockSize) {
        let block = Array(items[start..<min(items.count, start + blockSize)])
        var pixels: [UInt8] = []
        pixels.reserveCapacity(block.count * shape.byteCount)
        for (item, result) in zip(block, decode(block, size: shape.height)) {
          let made: Made
          switch result {
          case .success(let value): made = value
          case .failure(let failure): throw failure.error
          }
          try hash.update("\(item.file.path)\0\(made.sha256)\0")
          pixels += made.pixels
          treatment.add(made.traits, item.file.path)
        }
        try body(pixels, block.map(\.label))
      }
      files.append(SourceFile(name: part, sha256: try hash.digest()))
    }
  }

  /// Decodes every picture once and keeps the sound ones.
  private func leaveOutCorrupt() throws {
    var corrupt: Set<String> = []
    try decodeInBlocks(items) { item, result in
      switch result {
      case .success(let made): treatment.add(made.traits, item.file.path)
      case .failure(let failure):
        guard failure.isOfThePicture else { throw failure.error }
        corrupt.insert(item.file.path)
        skipped.append(SkippedFile(path: "\(path)/\(item.file.path)", reason: failure.reason))
      }
    }
    guard !corrupt.isEmpty else { return }
    classes.filter { !corrupt.contains($0.file.path) }
    guard !classes.train.isEmpty else {
      throw ImageDataError(
        .badData,
        path,
        "not one of its \(corrupt.count) images can be read: \(skipped.first?.reason ?? "")"
      )
    }
  }

  /// Chooses the 16-bit sample that becomes white: the same for all pictures, so that they keep
  /// their brightness among each other.
  private func chooseWhite() throws {
    if !settings.skipsCorrupt {
      let deep = items.filter { item in
        if case .picture(let type) = item.file.content { type.mayBeDeep } else { false }
      }
      try decodeInBlocks(deep) { item, result in
        if case .success(let made) = result { treatment.add(made.traits, item.file.path) }
      }
    }
    decoding.white = treatment.white
  }
}
