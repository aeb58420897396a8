import Foundation
import ImageData

/// The classes of a folder, and the pictures of each split with their labels.
struct FolderClasses {
  struct Item: Sendable {
    var file: FolderFile
    var label: Int32
  }

  private(set) var names: [String] = []
  private(set) var train: [Item] = []
  private(set) var search: [Item] = []
  private(set) var test: [Item] = []
  private(set) var notes: [ImportNote] = []

  /// - Parameter chosen: names of the folders to take, in the order of their labels; `nil` for all.
  /// - Throws: `ImageDataError` when there are no classes, or a split has classes that train has not.
  init(_ root: FolderNode, _ splits: FolderSplits?, chosen: [String]?, path: String) throws {
    let top = splits?.train ?? root
    let parts = [top, splits?.search, splits?.test].compactMap(\.self)
    let found = Self.sorted(Set(top.filled.map(\.name)))
    guard !found.isEmpty else { throw Self.loose(root, path) }
    names = try chosen.map { try Self.check($0, found, path) } ?? found
    // Classes that are chosen by their names need not be all.
    if chosen == nil {
      for part in parts.dropFirst() {
        try Self.checkStrangers(part, found, "\(path)/\(top.path)", path)
      }
    }
    train = items(top)
    search = splits?.search.map(items) ?? []
    test = splits?.test.map(items) ?? []
    note(root, splits, found)
    names = names.map(\.precomposedStringWithCanonicalMapping)
  }

  /// Two spellings of one name in Unicode are equal here, so that their folders are one class.
  private func items(_ part: FolderNode) -> [Item] {
    let folders = Dictionary(grouping: part.filled, by: \.name)
    return names.enumerated().flatMap { label, name in
      (folders[name] ?? []).flatMap(\.pictures).map { Item(file: $0, label: Int32(label)) }
    }
  }

  /// Numbers by their values, other names by their bytes.
  private static func sorted(_ names: Set<String>) -> [String] {
    let byBytes = names.sorted {
      $0.precomposedStringWithCanonicalMapping.utf8
        .lexicographicallyPrecedes($1.precomposedStringWithCanonicalMapping.utf8)
    }
    let numbers = byBytes.compactMap { name in
      name.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt64(name) : nil
    }
    guard numbers.count == byBytes.count else { return byBytes }
    return zip(numbers, byBytes).enumerated()
      .sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
      .map(\.element.1)
  }

  private static func check(_ chosen: [String], _ found: [String], _ path: String) throws
    -> [String]
  {
    func refuse(_ cause: String) -> ImageDataError {
      let listed = found.prefix(20).joined(separator: ", ") + (found.count > 20 ? ", ..." : "")
      return ImageDataError(.misuse, path, cause, remedy: "The class folders are: \(listed).")
    }
    let known = Set(found)
    for name in chosen where !known.contains(name) {
      throw refuse("there is no class folder '\(name)' with pictures")
    }
    guard Set(chosen).count == chosen.count else { throw refuse("a class is named twice") }
    guard !chosen.isEmpty else { throw refuse("no class is named") }
    return chosen
  }

  private static func checkStrangers(
    _ part: FolderNode,
    _ found: [String],
    _ train: String,
    _ path: String
  ) throws {
    let known = Set(found)
    guard let stranger = part.filled.first(where: { !known.contains($0.name) }) else { return }
    func plain(_ name: String) -> String {
      name.lowercased().filter { !$0.isWhitespace }
    }
    let near = found.first { plain($0) == plain(stranger.name) }
    let isCapitals = near?.lowercased() == stranger.name.lowercased()
    throw ImageDataError(
      .badData,
      "\(path)/\(stranger.path)",
      "this class is not among those of \(train)"
        + (near.map {
          ", where '\($0)' is written with other \(isCapitals ? "capitals" : "blanks")"
        }
          ?? ""),
      remedy: near == nil
        ? "Remove it, add its training images, or name the classes to take with --classes."
        : "Rename one of the two folders."
    )
  }

  /// Pictures, but none in a folder of a class.
  private static func loose(_ root: FolderNode, _ path: String) -> ImageDataError {
    ImageDataError(
      .badData,
      path,
      "there are no class folders: its \(root.pictureCount) pictures lie in none",
      remedy: classesWanted
    )
  }

  static let classesWanted =
    "Make a folder for each class, called as the class, and move its pictures there: cat/1.jpg, or "
    + "train/cat/1.jpg where there are splits."

  private mutating func note(_ root: FolderNode, _ splits: FolderSplits?, _ found: [String]) {
    let parts = [splits?.train ?? root, splits?.search, splits?.test].compactMap(\.self)
    func add(_ text: String, _ examples: [String], count: Int? = nil) {
      if !examples.isEmpty {
        notes.append(ImportNote(text, count: count ?? examples.count, examples: examples))
      }
    }
    let all = Set(parts.flatMap { $0.filled.map(\.name) })
    let left = Self.sorted(all.subtracting(names))
    add("classes left out, not being named by --classes", left)
    let loose = (root.files + (splits?.loose ?? [])).map(\.path)
    add("pictures left out for lying beside the class folders, in none of them", loose)
    add(
      "folders without a picture that can be read left out",
      root.folders.flatMap(\.empties).map(\.path)
    )
    let twice = parts.flatMap { part in
      Dictionary(grouping: part.filled, by: \.name).values.filter { $0.count > 1 }.map {
        $0[0].path
      }
    }
    add("class names that folders spell in two ways of Unicode, taken as one each", twice.sorted())
    for part in parts.dropFirst() {
      let present = Set(part.filled.map(\.name))
      let missing = names.filter { !present.contains($0) }
      add("classes without images in '\(part.path)'", missing)
    }
    // That there is one class only, the data set says itself.
    let below = names.count == 1 ? parts[0].filled.flatMap(\.filled).map(\.path) : []
    if below.count > 1 {
      add("folders belong to the only class (is one of these levels too many?)", below)
    }
  }

  /// Leaves out what does not satisfy a condition.
  mutating func filter(_ isKept: (Item) -> Bool) {
    train.removeAll { !isKept($0) }
    search.removeAll { !isKept($0) }
    test.removeAll { !isKept($0) }
  }
}
