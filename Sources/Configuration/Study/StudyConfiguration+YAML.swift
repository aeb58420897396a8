import SearchSpaces
import Yams

/// One key of a study file outside of `run` and `alone`.
private struct StudyKey {
  let path: String
  let form: ConfigurationForm
  let write: (inout StudyConfiguration, String) throws -> Void

  init<Value: ConfigurationText>(
    _ path: String,
    _ key: WritableKeyPath<StudyConfiguration, Value>,
    where valid: @escaping (Value) -> Bool = { _ in true },
    _ expected: String = ""
  ) {
    self.path = path
    form = Value.form
    write = { study, text in
      let value = try Value(configurationText: text)
      guard valid(value) else { throw Malformed(expected: expected) }
      study[keyPath: key] = value
    }
  }

  static var all: [StudyKey] {
    let isWeight = { (value: Double) in (0...1_000_000).contains(value) }
    let isRate = { (value: Double?) in value.map { $0 > 0 && $0 <= 1000 } ?? true }
    let (weight, rate) = ("a number from 0 to 1000000", "a number above 0, up to 1000, or null")
    func focal(
      _ name: String,
      _ keys: WritableKeyPath<StudyConfiguration, StudyConfiguration.FocalDistillationKeys>
    ) -> [StudyKey] {
      [
        .init(name + ".weight", keys.appending(path: \.weight), where: isWeight, weight),
        .init(name + ".base", keys.appending(path: \.base), where: isWeight, weight),
        .init(name + ".focus", keys.appending(path: \.focus), where: isWeight, weight),
        .init(name + ".learningRate", keys.appending(path: \.learningRate), where: isRate, rate),
      ]
    }
    return [
      .init(
        "name",
        \.name,
        where: {
          !$0.isEmpty && $0 != "summary"
            && $0.allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) }
        },
        "a word of letters, digits, '-' and '_', and not 'summary'"
      ),
      .init("data", \.data),
      .init("spaces", \.spaces, where: { Set($0).count == $0.count }, "a list without repetitions"),
      .init("seeds", \.seeds, where: { Set($0).count == $0.count }, "a list without repetitions"),
      .init(
        "methods",
        \.methods,
        where: { Set($0).count == $0.count },
        "a list without repetitions"
      ),
      .init(
        "pct-kl.temperature",
        \.pctKL.temperature,
        where: { (0.001...1_000_000).contains($0) },
        "a number from 0.001 to 1000000"
      ),
      .init(
        "elodi.ensemble",
        \.elodi.ensemble,
        where: { (1...64).contains($0) },
        "a whole number from 1 to 64"
      ),
      .init(
        "elodi.weight",
        \.elodi.weight,
        where: { (0...1).contains($0) },
        "a number from 0 to 1"
      ),
      .init("elodi.margin", \.elodi.margin, where: isWeight, weight),
      .init("elodi.learningRate", \.elodi.learningRate, where: isRate, rate),
    ] + focal("pct-kl", \.pctKL) + focal("pct-lm", \.pctLM)
  }
}

extension StudyConfiguration {
  /// Reads a study file. Everything in it must be understood. `name` is what errors call it.
  ///
  /// Throws ``ConfigurationError``.
  package init(yaml: String, name: String) throws {
    guard let root = try ConfigurationYAML.compose(yaml, name: name),
      case .mapping(let mapping) = root
    else {
      throw ConfigurationError(
        place: name,
        message: "this is no study: a mapping of keys was expected, 'name: ...' and others"
      )
    }
    var places: [String: String] = [:]
    try read(mapping, under: "", name: name, &places)
    try readRuns(mapping, name: name)
    for (key, isMissing) in [
      ("name", self.name.isEmpty), ("data", data.isEmpty), ("spaces", spaces.isEmpty),
      ("seeds", seeds.isEmpty), ("methods", methods.isEmpty),
    ] where isMissing {
      throw ConfigurationError(
        place: places[key] ?? name,
        message: "'\(key)' is missing or empty; a study needs it"
      )
    }
    guard run.family.tuning.epochs > 0 || !allMethods.contains(where: \.approach.isTuned) else {
      let tuned = allMethods.first { $0.approach.isTuned }
      throw ConfigurationError(
        place: name,
        message:
          "'\(tuned.map(String.init(describing:)) ?? "")' is among the methods or needed by one, "
          + "and run.family.tuning.epochs is 0; set it"
      )
    }
  }

  private mutating func read(
    _ mapping: Node.Mapping,
    under prefix: String,
    name: String,
    _ places: inout [String: String]
  ) throws {
    let keys = StudyKey.all
    for (keyNode, value) in mapping {
      let place = ConfigurationYAML.place(keyNode, in: name)
      guard case .scalar(let scalar) = keyNode else {
        throw ConfigurationError(place: place, message: "a key must be a word")
      }
      try ConfigurationYAML.checkTag(of: value, place: place)
      let path = prefix + scalar.string
      if path == "run" || path == "alone" { continue }
      if keys.contains(where: { $0.path.hasPrefix(path + ".") }) {
        guard case .mapping(let section) = value else {
          throw ConfigurationError(place: place, message: "'\(path)' is a section of keys")
        }
        try read(section, under: path + ".", name: name, &places)
        continue
      }
      guard let key = keys.first(where: { $0.path == path }) else {
        let known = keys.map(\.path) + ["run", "alone"]
        throw ConfigurationError(
          place: place,
          message: "there is no key '\(path)' in a study"
            + (nearestName(to: path, among: known).map { "; did you mean '\($0)'?" }
              ?? "; its keys are \(known.joined(separator: ", "))")
        )
      }
      places[path] = place
      do {
        try key.write(&self, Self.text(of: value, form: key.form))
      } catch let malformed as Malformed {
        throw ConfigurationError(
          place: place,
          message: "'\(path)' must be \(malformed.expected)"
        )
      }
    }
  }

  private static func text(of node: Node, form: ConfigurationForm) throws -> String {
    switch node {
    case .scalar(let scalar) where !scalar.isNull: return scalar.string
    case .scalar where form == .singleOrNull: return "null"
    case .sequence(let items) where form == .list:
      return try items.map { item -> String in
        guard case .scalar(let scalar) = item, !scalar.isNull else {
          throw Malformed(expected: "a list of plain values")
        }
        return scalar.string
      }.joined(separator: ",")
    default: throw Malformed(expected: form == .list ? "a list of plain values" : "a single value")
    }
  }

  private mutating func readRuns(_ mapping: Node.Mapping, name: String) throws {
    // What networks trained apart have of a training; the rest is about subnets.
    let apart = [
      "epochs", "learningRate", "finalLearningRate", "warmUpEpochs", "momentum", "weightDecay",
      "labelSmoothing", "gradientClip", "averageDecay", "precision",
    ]
    var sources = ConfigurationSources()
    for (section, prefix) in [("run", ""), ("alone", "supernet.")] {
      if let (key, value) = mapping.first(where: { $0.key.string == section }) {
        guard case .mapping(let keys) = value else {
          throw ConfigurationError(
            place: ConfigurationYAML.place(key, in: name),
            message: "'\(section)' is a section of keys"
          )
        }
        for (key, _) in keys where section == "alone" && !apart.contains(key.string ?? "") {
          throw ConfigurationError(
            place: ConfigurationYAML.place(key, in: name),
            message:
              "'\(key.string ?? "")' means nothing to a network trained apart, which has the keys "
              + apart.joined(separator: ", ")
          )
        }
        try sources.read(keys, under: prefix, name: name)
      }
      if section == "run" { run = sources.configuration }
    }
    alone = sources.configuration.supernet.training
    for key in ConfigurationKey.all where key.namesFile && key.path != "data.file" {
      guard let place = sources.origins[key.path] else { continue }
      throw ConfigurationError(
        place: place,
        message: "'\(key.path)' names a file; cells of a study follow from its data set alone"
      )
    }
    for path in ["seed", "data.file", "space.name", "search.containment"] {
      guard let place = sources.origins[path] else { continue }
      throw ConfigurationError(
        place: place,
        message: "'\(path)' is for the study and its methods to set; leave it out"
      )
    }
    guard run.search.flipWeight > 0 else {
      throw ConfigurationError(
        place: sources.origins["search.flipWeight"] ?? name,
        message: "'search.flipWeight' must be above 0: REG-NAS without it is 'constraint-only'"
      )
    }
    guard run.search.budgets.count > 1 else {
      throw ConfigurationError(
        place: sources.origins["search.budgets"] ?? name,
        message: "'search.budgets' has one budget; a family of one cannot flip: give two or more"
      )
    }
  }
}
