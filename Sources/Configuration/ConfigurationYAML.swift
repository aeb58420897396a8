import Yams

/// YAML as a tree of nodes, and what is wrong with it in one line.
enum ConfigurationYAML {
  /// The only document of a text; nil where there is none. A byte order mark before it is skipped.
  ///
  /// Throws ``ConfigurationError`` with the line.
  static func compose(_ yaml: String, name: String) throws -> Node? {
    var text = Substring(yaml)
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    try checkAliases(of: text, name: name)
    do {
      return try Yams.compose(yaml: String(text))
    } catch let error as YamlError {
      throw refusal(error, name)
    } catch {
      throw ConfigurationError(place: name, message: "not valid YAML: \(error)")
    }
  }

  /// Aliases of aliases stand for a multiple of their number each time, and a key that is one is walked
  /// through when it is composed: few enough of them stay small however they are nested.
  private static let mostAliases = 40

  private static func checkAliases(of text: Substring, name: String) throws {
    var count = 0
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      var before: Character = " "
      for (character, next) in zip(line, line.dropFirst()) {
        if character == "#", before.isWhitespace { break }
        if character == "*", next.isLetter || next.isNumber || next == "_" || next == "-",
          before.isWhitespace || "[]{},:?-".contains(before)
        {
          count += 1
        }
        before = character
      }
      guard count <= mostAliases else {
        throw ConfigurationError(
          place: "\(name):\(index + 1)",
          message: "there are more than \(mostAliases) aliases (*name); write the values out"
        )
      }
    }
  }

  static func place(_ node: Node, in name: String) -> String {
    name + (node.mark.map { ":\($0.line)" } ?? "")
  }

  /// Tags of YAML's own schema are understood; others stand for what this program does not know.
  static func checkTag(of node: Node, place: String) throws {
    let tag: Tag.Name =
      switch node {
      case .scalar(let scalar): .init(rawValue: scalar.tag.rawValue)
      case .mapping(let mapping): .init(rawValue: mapping.tag.rawValue)
      case .sequence(let sequence): .init(rawValue: sequence.tag.rawValue)
      case .alias(let alias): .init(rawValue: alias.tag.rawValue)
      }
    let known: [Tag.Name] = [
      .implicit, .nonSpecific, .str, .seq, .map, .bool, .float, .null, .int,
    ]
    guard known.contains(tag) else {
      throw ConfigurationError(
        place: place,
        message: "the tag '\(tag.rawValue)' is not understood; leave it out"
      )
    }
  }

  private static func refusal(_ error: YamlError, _ name: String) -> ConfigurationError {
    func at(_ line: Int, _ message: String) -> ConfigurationError {
      ConfigurationError(place: "\(name):\(line)", message: message)
    }
    switch error {
    case .scanner(let context, let problem, let mark, let yaml),
      .parser(let context, let problem, let mark, let yaml),
      .composer(let context, let problem, let mark, let yaml):
      if problem == "but found another document" {
        return at(mark.line, "a second document begins here; keep one in the file")
      }
      if character(at: mark, of: yaml) == "\t" {
        return at(mark.line, "not valid YAML: a tab; indent with blanks")
      }
      let beginning = context.map { " \($0.text) that begins in line \($0.mark.line)" } ?? ""
      return at(mark.line, "not valid YAML: \(problem)\(beginning)")
    case .reader(let problem, let offset, _, let yaml):
      let line = 1 + (offset.map { yaml.prefix($0).count(where: \.isNewline) } ?? 0)
      return at(line, "not valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
      return at(context.mark.line, "\(names) is given more than once in one section; keep one")
    default:
      return ConfigurationError(place: name, message: "not valid YAML: \(error)")
    }
  }

  private static func character(at mark: Mark, of yaml: String) -> Character? {
    let lines = yaml.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard lines.indices.contains(mark.line - 1) else { return nil }
    return lines[mark.line - 1].dropFirst(mark.column - 1).first
  }
}

extension Node.Scalar {
  /// Whether it says that there is no value: `null` or nothing, without quotes.
  var isNull: Bool {
    style != .singleQuoted && style != .doubleQuoted && style != .literal && style != .folded
      && ["", "~", "null", "Null", "NULL"].contains(string)
  }
}
