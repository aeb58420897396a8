import SearchSpaces
import Yams

extension ConfigurationSources {
  /// Reads a mapping of keys. Everything in it must be understood: what is passed over in silence
  /// leaves a run with a default that nobody chose.
  mutating func read(yaml: String, name: String, isStored: Bool) throws {
    guard let root = try ConfigurationYAML.compose(yaml, name: name) else { return }
    guard case .mapping(let mapping) = root else {
      if case .scalar(let scalar) = root, scalar.isNull { return }
      throw ConfigurationError(
        place: ConfigurationYAML.place(root, in: name),
        message: "a mapping of keys to values was expected, such as 'seed: 1'"
      )
    }
    let version = try mapping.first { $0.key.string == ConfigurationVersion.key }.map {
      try ConfigurationVersion.parse(
        $0.value.scalar?.string ?? "",
        place: ConfigurationYAML.place($0.key, in: name)
      )
    }
    if version ?? (isStored ? 1 : ConfigurationVersion.current) == 1 {
      ConfigurationVersion.useDefaultsOfVersion1(&configuration)
    }
    var reading = Reading(
      name: name,
      renamed: version ?? 1 == 1 ? ConfigurationVersion.renamed : [:]
    )
    try read(mapping, under: "", &reading)
  }

  /// Reads a mapping within another file, as keys of the present version that begin with `prefix`.
  mutating func read(_ mapping: Node.Mapping, under prefix: String, name: String) throws {
    var reading = Reading(name: name, renamed: [:])
    try read(mapping, under: prefix, &reading)
  }

  private struct Reading {
    let name: String
    let renamed: [String: String]
    /// Where each key of the file stands.
    var places: [String: String] = [:]
  }

  private mutating func read(
    _ mapping: Node.Mapping,
    under prefix: String,
    _ reading: inout Reading
  ) throws {
    for (keyNode, value) in mapping {
      let place = ConfigurationYAML.place(keyNode, in: reading.name)
      guard case .scalar(let scalar) = keyNode else {
        throw ConfigurationError(place: place, message: "a key must be a word")
      }
      guard scalar.string != "<<" else {
        throw ConfigurationError(
          place: place,
          message: "'<<' (a merge) is not supported; write the keys out"
        )
      }
      try ConfigurationYAML.checkTag(of: value, place: place)
      let path = reading.renamed[prefix + scalar.string] ?? prefix + scalar.string
      if path == ConfigurationVersion.key { continue }
      if keys.contains(where: { $0.path.hasPrefix(path + ".") }) {
        try readSection(path, value, place: place, &reading)
        continue
      }
      if let earlier = reading.places.updateValue(place, forKey: path) {
        throw ConfigurationError(
          place: place,
          message: "'\(path)' is given twice, first at \(earlier); keep one"
        )
      }
      guard let key = keys.first(where: { $0.path == path }) else {
        throw unknown(path, isSection: value.isMapping, place: place)
      }
      try set(path, to: key.text(of: value, place: place), place: place)
    }
  }

  private func unknown(_ path: String, isSection: Bool, place: String) -> any Error {
    let sections = Set(keys.compactMap { $0.path.firstIndex(of: ".").map($0.path.prefix(upTo:)) })
    if isSection, let nearest = nearestName(to: path, among: sections.map(String.init).sorted()) {
      return ConfigurationError(
        place: place,
        message: "there is no section '\(path)'; did you mean '\(nearest)'?"
      )
    }
    return unknownKey(path, place: place)
  }

  private mutating func readSection(
    _ path: String,
    _ value: Node,
    place: String,
    _ reading: inout Reading
  ) throws {
    switch value {
    case .mapping(let nested): try read(nested, under: path + ".", &reading)
    case .scalar(let scalar) where scalar.isNull: return
    default:
      let example = keys.first { $0.path.hasPrefix(path + ".") }?.path ?? path
      throw ConfigurationError(
        place: place,
        message: "'\(path)' is a section of keys, not a value; give one of its keys, such as "
          + "'\(example)'"
      )
    }
  }
}

extension ConfigurationKey {
  /// What stands for the key in a YAML file, as ``write`` reads it.
  fileprivate func text(of value: Node, place: String) throws -> String {
    func refuse(_ reason: String) -> ConfigurationError {
      ConfigurationError(place: place, message: "'\(path)' \(reason)")
    }
    switch value {
    case .mapping:
      throw refuse(
        "takes a \(form == .list ? "list" : "single value"), and keys are written under it; give "
          + "the value on its line, or move the keys to a section that has them"
      )
    case .sequence(let items):
      guard form == .list else { throw refuse("takes a single value, not a list") }
      let texts = try items.map { item -> String in
        try ConfigurationYAML.checkTag(of: item, place: place)
        guard case .scalar(let scalar) = item, !scalar.isNull, !scalar.string.contains(",") else {
          throw refuse("must be a list of plain values")
        }
        return scalar.string
      }
      return texts.joined(separator: ",")
    case .scalar(let scalar):
      guard scalar.isNull else { return scalar.string }
      switch form {
      case .singleOrNull: return "null"
      case .list: throw refuse("has no value; write [] for an empty list, or leave the key out")
      case .single: throw refuse("has no value; give one, or leave the key out")
      }
    case .alias:
      throw refuse("is an alias, which is not supported; write the value out")
    }
  }
}

extension Node {
  fileprivate var isMapping: Bool { if case .mapping = self { true } else { false } }
}
