extension RunConfiguration {
  /// The fully resolved configuration as YAML: running from it repeats the run.
  public var yaml: String { yaml(of: ConfigurationKey.all) }

  /// Only the keys that results depend on: what result files carry, so that their bytes do not
  /// depend on how often a run saved itself.
  package var resultsYAML: String {
    yaml(of: ConfigurationKey.all.filter { !$0.mayChangeOnResume })
  }

  private func yaml(of keys: [ConfigurationKey]) -> String {
    var lines = ["\(ConfigurationVersion.key): \(ConfigurationVersion.current)"]
    var sections: [String] = []
    for key in keys {
      let parts = key.path.split(separator: ".").map(String.init)
      for depth in parts.indices.dropLast() where sections.prefix(depth + 1) != parts[...depth] {
        sections = Array(parts[...depth])
        lines.append(String(repeating: "  ", count: depth) + "\(parts[depth]):")
      }
      let indentation = String(repeating: "  ", count: parts.count - 1)
      lines.append(indentation + "\(parts[parts.count - 1]): \(key.yaml(of: self))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Every key with its value and where it came from, aligned: YAML of one key a line, with its path,
  /// which a file may give too.
  public func listing(origins: [String: String]) -> String {
    let version = (
      "\(ConfigurationVersion.key): \(ConfigurationVersion.current)",
      "Version of the configuration format; occurs in files only."
    )
    let rows =
      [version]
      + ConfigurationKey.all.map { key in
        ("\(key.path): \(key.yaml(of: self))", "\(origins[key.path] ?? "default"); \(key.help)")
      }
    // One long path does not push all remarks out of sight.
    let width = min(60, rows.map(\.0.count).max() ?? 0)
    return rows.map { text, remark in
      text + String(repeating: " ", count: max(0, width - text.count) + 2) + "# "
        + remark.map { $0.isNewline ? " " : String($0) }.joined()
    }.joined(separator: "\n") + "\n"
  }

  /// Values as text, by key: of the keys that results depend on, that name no file, and whose paths begin
  /// with one of `prefixes`.
  package func texts(under prefixes: [String]) -> [String: String] {
    let keys = ConfigurationKey.all.filter { key in
      !key.mayChangeOnResume && !key.namesFile && prefixes.contains(where: key.path.hasPrefix)
    }
    return Dictionary(uniqueKeysWithValues: keys.map { ($0.path, $0.read(self)) })
  }

  /// The keys whose values differ.
  package func differences(from other: RunConfiguration) -> [String] {
    ConfigurationKey.all.filter { $0.read(self) != $0.read(other) }.map(\.path)
  }

  /// The keys whose values differ and that a trained supernet depends on. Those that name files do not
  /// count: files count by their content.
  package func supernetDifferences(from other: RunConfiguration) -> [String] {
    let files = Set(InputFiles.keys)
    return ConfigurationKey.all.filter { key in
      !key.mayChangeOnResume && !files.contains(key.path)
        && (["data.", "space.", "supernet."].contains(where: key.path.hasPrefix)
          || key.path == "seed")
        && key.read(self) != key.read(other)
    }.map(\.path)
  }

  /// The keys whose values differ and that a checkpoint cannot go on under.
  public func structuralDifferences(from other: RunConfiguration) -> [String] {
    ConfigurationKey.all.filter { !$0.mayChangeOnResume && $0.read(self) != $0.read(other) }
      .map { "\($0.path): \($0.read(other)) in the checkpoint, \($0.read(self)) now" }
  }
}

extension ConfigurationKey {
  /// The key's value as YAML that reads back as the same.
  fileprivate func yaml(of configuration: RunConfiguration) -> String {
    let text = read(configuration)
    switch form {
    case .list:
      let items = text.dropFirst().dropLast().split(separator: ", ").map(Self.scalar)
      return "[" + items.joined(separator: ", ") + "]"
    case .singleOrNull where text == "null": return text
    case .single, .singleOrNull: return Self.scalar(Substring(text))
    }
  }

  /// As it is where YAML takes it for a word or a number, else in quotes.
  private static func scalar(_ text: Substring) -> String {
    let isPlain =
      !text.isEmpty && !["null", "Null", "NULL"].contains(text) && text.first != "-"
      && text.first != "%"
      && text.allSatisfy { $0.isLetter || $0.isNumber || "._-/+%".contains($0) }
    if isPlain { return String(text) }
    return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\\": return "\\\\"
    case "\"": return "\\\""
    case "\n": return "\\n"
    // Control characters and other line breaks, which YAML does not take as they are.
    case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}",
      "\u{FFFF}":
      let digits = String(scalar.value, radix: 16, uppercase: true)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: return String(scalar)
    }
  }
}
