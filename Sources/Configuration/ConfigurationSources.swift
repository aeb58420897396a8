import SearchSpaces

/// Collects a configuration from its sources, in rising precedence: defaults, a YAML file, the
/// environment, `--set`, flags; and remembers where each value came from.
public struct ConfigurationSources {
  public internal(set) var configuration = RunConfiguration()
  /// Where a key that is not at its default was set.
  public private(set) var origins: [String: String] = [:]

  let keys = ConfigurationKey.all

  public init() {}

  /// Reads a run's stored configuration, which lists every key that its version had. Keys whose
  /// default has changed since keep the old one where they are missing.
  public init(stored yaml: String, name: String) throws {
    try read(yaml: yaml, name: name, isStored: true)
  }

  /// The keys that a stored configuration lacks of those its version wrote: it was cut short or
  /// emptied.
  package var missingFromStored: [String] {
    keys.map(\.path).filter {
      origins[$0] == nil && !ConfigurationVersion.addedLater.contains($0)
    }
  }

  /// Sets one key from text. `place` is what an error names.
  public mutating func set(_ path: String, to text: String, place: String) throws {
    guard let key = keys.first(where: { $0.path == path }) else {
      throw unknownKey(path, place: place)
    }
    do {
      try key.write(&configuration, text)
    } catch let malformed as Malformed {
      throw ConfigurationError(
        place: place,
        message: "'\(path)' must be \(malformed.expected), not '\(text)'"
      )
    }
    origins[path] = place
  }

  func unknownKey(_ path: String, place: String) -> ConfigurationError {
    if let present = ConfigurationVersion.renamed[path] {
      return ConfigurationError(
        place: place,
        message: "there is no key '\(path)'; it is now called '\(present)'"
      )
    }
    let inside = keys.map(\.path).filter { $0.hasPrefix(path + ".") }
    if !inside.isEmpty {
      let shown = inside.prefix(6).joined(separator: ", ") + (inside.count > 6 ? ", ..." : "")
      return ConfigurationError(
        place: place,
        message: "'\(path)' is a group of keys; set one of them: \(shown)"
      )
    }
    let nearest = nearestName(to: path, among: keys.map(\.path))
    return ConfigurationError(
      place: place,
      message: "there is no key '\(path)'"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "; see --print-config for all keys")
    )
  }

  /// `key=value`, as after `--set`.
  public mutating func set(_ assignment: String, place: String) throws {
    guard let equals = assignment.firstIndex(of: "=") else {
      throw ConfigurationError(
        place: place,
        message: "'\(assignment)' is not of the form key=value"
      )
    }
    try set(
      String(assignment[..<equals]),
      to: String(assignment[assignment.index(after: equals)...]),
      place: place
    )
  }

  /// Sets keys of the form `key=value` for a command that uses only some of all. Others are refused,
  /// since they would be passed over in silence.
  ///
  /// - Parameter uses: paths of keys, or of sections with a dot at the end.
  package mutating func set(
    _ assignments: [String],
    using uses: [String],
    of command: String
  ) throws {
    for assignment in assignments {
      try set(assignment, place: "--set")
      let path = String(assignment.prefix { $0 != "=" })
      guard uses.contains(where: { $0.hasSuffix(".") ? path.hasPrefix($0) : path == $0 }) else {
        throw ConfigurationError(
          place: "--set",
          message: "'\(path)' means nothing to '\(command)', which uses the keys "
            + uses.map { $0.hasSuffix(".") ? $0 + "*" : $0 }.joined(separator: ", ")
        )
      }
    }
  }

  /// Reads a YAML file of nested mappings. `name` is what errors call it.
  ///
  /// Its key `version` says what its keys are called. Without one both the present names are read and
  /// those of version 1, whose files have none.
  public mutating func read(yaml: String, name: String) throws {
    try read(yaml: yaml, name: name, isStored: false)
  }

  /// The `REGNAS_...` variables that are there, sorted: those of builds and tests apart.
  package static func names(in environment: [String: String]) -> [String] {
    let reserved: Set<String> = ["REGNAS_WARNINGS_AS_ERRORS", "REGNAS_LIBFUZZER"]
    return environment.keys.filter { $0.hasPrefix("REGNAS_") && !reserved.contains($0) }.sorted()
  }

  /// Reads `REGNAS_...` variables. An unknown one is an error, since it would be silently ignored.
  public mutating func read(environment: [String: String]) throws {
    for name in Self.names(in: environment) {
      guard let text = environment[name] else { continue }
      guard !text.isEmpty else {
        throw ConfigurationError(
          place: "environment \(name)",
          message: "it is set to nothing; unset it, or give a value (null for none)"
        )
      }
      guard let key = keys.first(where: { $0.environmentName == name }) else {
        let former = ConfigurationVersion.renamed.first {
          ConfigurationKey.environmentName(of: $0.key) == name
        }
        if let former {
          throw ConfigurationError(
            place: "environment",
            message: "there is no key for '\(name)'; it is now called "
              + "'\(ConfigurationKey.environmentName(of: former.value))'"
          )
        }
        let nearest = nearestName(to: name, among: keys.map(\.environmentName))
        throw ConfigurationError(
          place: "environment",
          message: "there is no key for '\(name)'"
            + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        )
      }
      try set(key.path, to: text, place: "environment \(name)")
    }
  }
}
