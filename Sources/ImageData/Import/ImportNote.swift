/// Something an import left out, changed or guessed: said at its end, in `data info` and in JSON,
/// and kept in the data set file.
public struct ImportNote: Hashable, Sendable, Codable {
  /// What happened, in words that follow a number: "files of a type that is not read (.txt) left out".
  public var text: String
  /// How many files, images or classes it concerns.
  public var count: Int
  /// The first few of them, by their names in the source.
  public var examples: [String]

  static let exampleCount = 3

  /// Keeps the first few names as examples.
  public init(_ text: String, count: Int, examples: [String] = []) {
    self.text = text
    self.count = count
    self.examples = Array(examples.prefix(Self.exampleCount))
  }

  /// One line: "3 empty folders left out: a, b, c".
  public var line: String {
    let named = examples.joined(separator: ", ")
    let rest = count > examples.count ? ", ..." : ""
    return "\(count) \(text)" + (named.isEmpty ? "" : ": \(named)\(rest)")
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
