import Foundation
import SearchSpaces
import Yams

/// Collects a configuration from its sources, in rising precedence: defaults, a YAML file, the
/// environment, `--set`, flags; and remembers where each value came from.
public struct ConfigurationSources {
  public private(set) var configuration = RunConfiguration()
  /// Where a key that is not at its default was set.
  public private(set) var origins: [String: String] = [:]

  private let keys = ConfigurationKey.all

  public init() {}

  /// Reads a run's stored configuration, which lists every key that its version had. Keys whose
  /// default has changed since keep the old one where they are missing.
  public init(stored yaml: String, name: String) throws {
    try read(yaml: yaml, name: name, isStored: true)
  }

  /// Sets one key from text. `place` is what an error names.
  public mutating func set(_ path: String, to text: String, place: String) throws {
    guard let key = keys.first(where: { $0.path == path }) else {
      if let present = ConfigurationVersion.renamed[path] {
        throw ConfigurationError(
          place: place,
          message: "there is no key '\(path)'; it is now called '\(present)'"
        )
      }
      let nearest = nearestName(to: path, among: keys.map(\.path))
      throw ConfigurationError(
        place: place,
        message: "there is no key '\(path)'"
          + (nearest.map { "; did you mean '\($0)'?" } ?? "; see --print-config for all keys")
      )
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

  /// Reads a YAML file of nested mappings. `name` is what errors call it.
  ///
  /// Its key `version` says what its keys are called. Without one both the present names are read and
  /// those of version 1, whose files have none.
  public mutating func read(yaml: String, name: String) throws {
    try read(yaml: yaml, name: name, isStored: false)
  }

  private mutating func read(yaml: String, name: String, isStored: Bool) throws {
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch {
      throw ConfigurationError(place: name, message: "not valid YAML: \(error)")
    }
    guard let root else { return }
    guard case .mapping(let mapping) = root else {
      if case .scalar(let scalar) = root, scalar.string.isEmpty { return }
      throw ConfigurationError(place: name, message: "a mapping of keys to values was expected")
    }
    let version = try mapping.first { $0.key.string == ConfigurationVersion.key }.map {
      try ConfigurationVersion.parse($0.value.string ?? "", place: Self.place($0.key, in: name))
    }
    if version ?? (isStored ? 1 : ConfigurationVersion.current) == 1 {
      ConfigurationVersion.useDefaultsOfVersion1(&configuration)
    }
    let renamed = version ?? 1 == 1 ? ConfigurationVersion.renamed : [:]
    try read(mapping, under: "", renamed: renamed, name: name)
  }

  private static func place(_ key: Node, in name: String) -> String {
    name + (key.mark.map { ":\($0.line)" } ?? "")
  }

  private mutating func read(
    _ mapping: Node.Mapping,
    under prefix: String,
    renamed: [String: String],
    name: String
  ) throws {
    for (keyNode, value) in mapping {
      let place = Self.place(keyNode, in: name)
      guard let key = keyNode.string else {
        throw ConfigurationError(place: place, message: "a key must be a word")
      }
      let path = renamed[prefix + key] ?? prefix + key
      if path == ConfigurationVersion.key { continue }
      switch value {
      case .mapping(let nested):
        guard keys.contains(where: { $0.path.hasPrefix(path + ".") }) else {
          // Let `set` say so, with the nearest key.
          try set(path, to: "", place: place)
          return
        }
        try read(nested, under: path + ".", renamed: renamed, name: name)
      case .sequence(let items):
        let texts = try items.map { item -> String in
          guard case .scalar(let scalar) = item else {
            throw ConfigurationError(
              place: place,
              message: "'\(path)' must be a list of plain values"
            )
          }
          return scalar.string
        }
        try set(path, to: texts.joined(separator: ","), place: place)
      case .scalar(let scalar):
        try set(path, to: scalar.string, place: place)
      case .alias:
        throw ConfigurationError(place: place, message: "aliases are not supported")
      }
    }
  }

  /// Reads `REGNAS_...` variables. An unknown one is an error, since it would be silently ignored.
  public mutating func read(environment: [String: String]) throws {
    let reserved: Set<String> = ["REGNAS_WARNINGS_AS_ERRORS", "REGNAS_LIBFUZZER"]
    for name in environment.keys.sorted() where name.hasPrefix("REGNAS_") {
      guard !reserved.contains(name), let text = environment[name] else { continue }
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
