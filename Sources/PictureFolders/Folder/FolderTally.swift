import ImageData

/// What was seen in a folder and not taken, or taken for something else than its name says.
struct FolderTally {
  enum Kind: Hashable {
    case hidden, system, circle, repeated, tooDeep, unopenable, misnamed
    case unread(String)
    case other(String)
  }

  private var counts: [Kind: (count: Int, examples: [String])] = [:]
  /// Of the names of pictures that are not read.
  private var unreadEndings: Set<String> = []

  mutating func add(_ kind: Kind, _ path: String) {
    if case .unread = kind { unreadEndings.insert(ending(path)) }
    counts[kind, default: (0, [])].count += 1
    if counts[kind, default: (0, [])].examples.count < ImportNote.exampleCount {
      counts[kind, default: (0, [])].examples.append(path)
    }
  }

  /// Files left out, of any type.
  var fileCount: Int {
    counts.reduce(0) { sum, entry in
      switch entry.key {
      case .unread, .other: sum + entry.value.count
      default: sum
      }
    }
  }

  /// In a fixed order.
  var notes: [ImportNote] {
    unreadTypes.compactMap { type in
      note(.unread(type), "\(type) pictures left out, since this type is not read")
    } + otherNote
      + [
        note(.misnamed, "pictures of another type than their name says, read by content"),
        note(.hidden, "hidden files left out"),
        note(.system, "files of operating systems left out"),
        note(.unopenable, "links to nowhere, pipes and the like left out"),
        note(.circle, "links back to a folder above left out"),
        note(.repeated, "links to folders that were read several times already left out"),
        note(.tooDeep, "folders too deep left out"),
      ].compactMap(\.self)
  }

  private var unreadTypes: [String] {
    counts.keys.compactMap { if case .unread(let type) = $0 { type } else { nil } }.sorted()
  }

  /// Says of a folder without a picture that is read what it has instead, and what to do.
  ///
  /// - Parameter expected: the remedy where there are no pictures of any type.
  func refusal(of folder: String, expected: String) -> ImageDataError {
    let types = unreadTypes
    let pictures = types.map { "\(counts[.unread($0)]?.count ?? 0) \($0)" }
    let others = otherNote.map {
      ImportNote($0.text.replacing(" left out", with: ""), count: $0.count).line
    }
    let names = unreadEndings.filter { !$0.isEmpty }.sorted().map { "-iname '*.\($0)'" }
    let which =
      names.count > 1 ? "\\( \(names.joined(separator: " -o ")) \\)" : names.first ?? "-type f"
    return ImageDataError(
      .badData,
      folder,
      "there are no images of a type that is read"
        + (types.isEmpty ? "" : ", only pictures of others: \(pictures.joined(separator: ", "))")
        + (others.isEmpty ? "" : "; and \(others[0])"),
      remedy: types.isEmpty
        ? expected
        : "Read are \(Self.typesRead). Convert the others, for example with ImageMagick: "
          + "find '\(folder.replacing("'", with: "'\\''"))' \(which) -exec mogrify -format png {} +"
    )
  }

  static let typesRead = "JPEG, PNG, WebP, BMP, GIF and TIFF"

  private func note(_ kind: Kind, _ text: String) -> ImportNote? {
    counts[kind].map { ImportNote(text, count: $0.count, examples: $0.examples) }
  }

  /// All files that are no pictures in one note, with their numbers by ending.
  private var otherNote: [ImportNote] {
    let others = counts.compactMap { kind, value in
      if case .other(let ending) = kind { (ending, value.count, value.examples) } else { nil }
    }.sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
    guard !others.isEmpty else { return [] }
    let listed = others.prefix(8).map { ending, count, _ in
      "\(count) " + (ending.isEmpty ? "without an ending" : ".\(ending)")
    }
    let kinds = listed.joined(separator: ", ") + (others.count > 8 ? ", ..." : "")
    return [
      ImportNote(
        "files other than pictures left out (\(kinds))",
        count: others.reduce(0) { $0 + $1.1 },
        examples: others.flatMap(\.2)
      )
    ]
  }
}
