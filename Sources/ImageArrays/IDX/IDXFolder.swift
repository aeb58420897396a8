import Foundation
import ImageData

/// Finds the files of an IDX data set in a folder: under the names of the MNIST page, of EMNIST
/// (`emnist-letters-train-images-idx3-ubyte`), of archives that put each file into a folder of its
/// own, and in folders below, as torchvision makes them (`MNIST/raw`).
struct IDXFolder {
  let training: IDXSource.Pair
  let test: IDXSource.Pair?
  /// What was not read, and what that means.
  private(set) var notes: [ImportNote] = []

  private enum Part: String { case train, test }
  private enum Content: String { case images, labels }

  private struct Found {
    var path: String
    var set: String
    var part: Part
    var content: Content
    /// As written in the folder, without `.gz`.
    var name: String
    var depth: Int
  }

  private static let deepest = 3

  /// - Parameter set: what the file names begin with, where the folder holds several data sets.
  /// - Throws: `ImageDataError` naming what is missing.
  init(_ folder: String, set wanted: String? = nil) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
      throw ImageDataError(
        .missingFile,
        folder,
        "there is no such folder",
        remedy: "Check the path."
      )
    }
    guard isFolder.boolValue else {
      throw ImageDataError(
        .badData,
        folder,
        "this is a file, a folder was expected",
        remedy: "Give the folder that holds the IDX files."
      )
    }
    let all = Self.files(below: folder)
    let sets = Set(all.map(\.set)).sorted()
    let set: String
    if let wanted {
      let plain = wanted.lowercased()
      guard sets.contains(plain) else {
        throw ImageDataError(
          .missingFile,
          folder,
          "there is no IDX data set '\(wanted)'",
          remedy: sets.isEmpty ? "" : "There are: \(Self.list(sets))."
        )
      }
      set = plain
    } else {
      guard sets.count < 2 else {
        throw ImageDataError(
          .misuse,
          folder,
          "the folder holds several IDX data sets: \(Self.list(sets))",
          remedy: "Say which with --set, for example --set \(sets.last ?? "")."
        )
      }
      set = sets.first ?? ""
    }
    let files = all.filter { $0.set == set }
    func file(_ part: Part, _ content: Content) -> Found? {
      files.filter { $0.part == part && $0.content == content }.min {
        ($0.depth, $0.path.hasSuffix(".gz") ? 1 : 0, $0.path)
          < ($1.depth, $1.path.hasSuffix(".gz") ? 1 : 0, $1.path)
      }
    }
    func pair(_ part: Part) throws -> IDXSource.Pair? {
      switch (file(part, .images), file(part, .labels)) {
      case (let images?, let labels?):
        return IDXSource.Pair(images: images.path, labels: labels.path)
      case (nil, nil): return nil
      case (let there?, nil): throw Self.missing(.labels, beside: there, folder)
      case (nil, let there?): throw Self.missing(.images, beside: there, folder)
      }
    }
    let test = try pair(.test)
    guard let training = try pair(.train) else {
      throw ImageDataError(
        .missingFile,
        folder,
        test == nil
          ? "there are no IDX files in this folder"
          : "there are only the files of the test part, those of the training part are missing",
        remedy: "Expected train-images-idx3-ubyte and train-labels-idx1-ubyte, plain or .gz."
      )
    }
    self.training = training
    self.test = test
    let used = Set([training, test].compactMap { $0 }.flatMap { [$0.images, $0.labels] })
    let unused = files.filter { !used.contains($0.path) }
    if !unused.isEmpty {
      notes.append(
        ImportNote(
          "other copies of these files not read",
          count: unused.count,
          examples: unused.map { String($0.path.dropFirst(folder.count + 1)) }.sorted()
        )
      )
    }
    if test == nil {
      notes.append(
        ImportNote(
          "of 2 parts found: there are no t10k or test files, so test images are taken from the others",
          count: 1
        )
      )
    }
  }

  private static func missing(
    _ content: Content,
    beside there: Found,
    _ folder: String
  ) -> ImageDataError {
    let name = there.name
      .replacingOccurrences(of: there.content.rawValue, with: content.rawValue)
      .replacingOccurrences(
        of: there.content == .images ? "idx3" : "idx1",
        with: content == .images ? "idx3" : "idx1"
      )
    return ImageDataError(
      .missingFile,
      folder,
      "\(name) is missing, though \(there.name) is there",
      remedy: "Fetch it, plain or .gz."
    )
  }

  private static func list(_ sets: [String]) -> String {
    sets.map { $0.isEmpty ? "(no name)" : $0 }.joined(separator: ", ")
  }

  private static func files(below folder: String, prefix: String = "", depth: Int = 0) -> [Found] {
    let path = prefix.isEmpty ? folder : "\(folder)/\(prefix)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    var found: [Found] = []
    for name in names.sorted() where !name.hasPrefix(".") && name != "__MACOSX" {
      let inner = prefix.isEmpty ? name : "\(prefix)/\(name)"
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: "\(folder)/\(inner)", isDirectory: &isFolder)
      else { continue }
      if isFolder.boolValue {
        if depth < deepest { found += files(below: folder, prefix: inner, depth: depth + 1) }
      } else if let file = parse(name, at: "\(folder)/\(inner)", depth) {
        found.append(file)
      }
    }
    return found
  }

  /// `[SET-](train|t10k|test)-(images|labels)(-|.)idx(3|1)-ubyte[.gz]`, in any case; QMNIST's labels
  /// are `-idx2-int`.
  private static func parse(_ name: String, at path: String, _ depth: Int) -> Found? {
    let plain = name.lowercased().hasSuffix(".gz") ? String(name.dropLast(3)) : name
    let words = plain.lowercased().replacingOccurrences(of: ".", with: "-")
      .replacingOccurrences(of: "_", with: "-").split(separator: "-").map(String.init)
    guard words.count >= 4, let content = Content(rawValue: words[words.count - 3]) else {
      return nil
    }
    let kinds = content == .images ? ["idx3-ubyte"] : ["idx1-ubyte", "idx2-int", "idx1-int"]
    guard kinds.contains(words.suffix(2).joined(separator: "-")) else { return nil }
    let part: Part
    switch words[words.count - 4] {
    case "train": part = .train
    case "t10k", "test": part = .test
    default: return nil
    }
    return Found(
      path: path,
      set: words.dropLast(4).joined(separator: "-"),
      part: part,
      content: content,
      name: plain,
      depth: depth
    )
  }
}
