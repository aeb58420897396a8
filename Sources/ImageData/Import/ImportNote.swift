/// Something an import left out, changed or guessed: said at its end, in `data info` and in JSON,
/// and kept in the data set file.
public struct ImportNote: Hashable, Sendable, Codable {
  /// What happened, in words that follow a number: "files of a type that is not read (.txt) left out".
  public var text: String
  /// How many files, images or classes it concerns.
  public var count: Int
  /// The first few of them, by their names in the source.
  public var examples: [String]

  package static let exampleCount = 3

  private static let singulars = [
    "arrays": "array", "classes": "class", "copies": "copy", "files": "file", "folders": "folder",
    "images": "image",
    "labels": "label", "links": "link", "names": "name", "pictures": "picture",
  ]

  /// "files of a type" as one of them: "file of a type"; but "1 of 3 classes".
  private static func singular(_ text: String) -> String {
    guard !text.hasPrefix("of ") else { return text }
    var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    if let index = words.firstIndex(where: { singulars[$0] != nil }) {
      words[index] = singulars[words[index]] ?? words[index]
    }
    return words.joined(separator: " ")
  }

  /// Keeps the first few names as examples.
  public init(_ text: String, count: Int, examples: [String] = []) {
    self.text = text
    self.count = count
    self.examples = examples.prefix(Self.exampleCount).map(\.withoutControls)
  }

  /// One line: "3 empty folders left out: a, b, c".
  public var line: String {
    let named = examples.joined(separator: ", ")
    let rest = count > examples.count ? ", ..." : ""
    return "\(count) \(count == 1 ? Self.singular(text) : text)"
      + (named.isEmpty ? "" : ": \(named)\(rest)")
  }
}

extension String {
  /// With "?" in place of control characters: names of files and classes may hold anything, and end up
  /// on a terminal.
  package var withoutControls: String {
    String(
      map { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "?" : $0 }
    )
  }
}

extension [ImportNote] {
  /// How notes stand in a data set file: three arrays of the same length, the examples one a line.
  var columns: (texts: [String], counts: [Int64], examples: [String]) {
    (map(\.text), map { Int64($0.count) }, map { $0.examples.joined(separator: "\n") })
  }

  init(texts: [String], counts: [Int64], examples: [String]) {
    self = zip(zip(texts, counts), examples).map { pair, examples in
      ImportNote(
        pair.0,
        count: Int(pair.1),
        examples: examples.split(separator: "\n").map(String.init)
      )
    }
  }
}
