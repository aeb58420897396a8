import Yams

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
    var section = ""
    for key in keys {
      let parts = key.path.split(separator: ".").map(String.init)
      let value = Self.scalar(key.read(self))
      if parts.count == 1 {
        lines.append("\(parts[0]): \(value)")
        continue
      }
      if parts[0] != section {
        section = parts[0]
        lines.append("\(section):")
      }
      lines.append("  \(parts[1]): \(value)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Every key with its value and where it came from, aligned.
  public func listing(origins: [String: String]) -> String {
    let version = (
      "\(ConfigurationVersion.key) = \(ConfigurationVersion.current)",
      "Version of the configuration format; occurs in files only."
    )
    let rows =
      [version]
      + ConfigurationKey.all.map { key in
        ("\(key.path) = \(key.read(self))", "\(origins[key.path] ?? "default"); \(key.help)")
      }
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { text, remark in
      text + String(repeating: " ", count: width - text.count + 2) + "# " + remark
    }.joined(separator: "\n") + "\n"
  }

  /// The keys whose values differ.
  package func differences(from other: RunConfiguration) -> [String] {
    ConfigurationKey.all.filter { $0.read(self) != $0.read(other) }.map(\.path)
  }

  /// The keys whose values differ and that a checkpoint cannot go on under.
  public func structuralDifferences(from other: RunConfiguration) -> [String] {
    ConfigurationKey.all.filter { !$0.mayChangeOnResume && $0.read(self) != $0.read(other) }
      .map { "\($0.path): \($0.read(other)) in the checkpoint, \($0.read(self)) now" }
  }

  private static func scalar(_ text: String) -> String {
    let plain =
      !text.isEmpty
      && text.allSatisfy { $0.isLetter || $0.isNumber || "._-/+%[], ".contains($0) }
      && (text.hasPrefix("[") || !text.contains(where: { "[],% ".contains($0) }))
    if plain { return text }
    return "\""
      + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
        "\n",
        with: "\\n"
      )
      + "\""
  }
}
