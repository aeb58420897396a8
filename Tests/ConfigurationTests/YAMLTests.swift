import Testing

@testable import Configuration

/// What YAML can say that no key takes: refused with its line, never passed over.
@Suite struct ConfigurationYAMLTests {
  private func message(_ yaml: String) -> String {
    var sources = ConfigurationSources()
    do {
      try sources.read(yaml: yaml, name: "c.yaml")
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  private func read(_ yaml: String) throws -> RunConfiguration {
    var sources = ConfigurationSources()
    try sources.read(yaml: yaml, name: "c.yaml")
    return sources.configuration
  }

  @Test(arguments: [
    (
      "supernet:\n  initial:\n    path: w.h5\n  epochs: 40\n", 2,
      "'supernet.initial' takes a single"
    ),
    ("data: {file: {x: 1}}\n", 1, "'data.file' takes a single value"),
    ("search:\n  budgets:\n    small: 1M\n", 2, "'search.budgets' takes a list"),
    ("supernet:\n  epochs: [3]\n", 2, "'supernet.epochs' takes a single value, not a list"),
    ("seed: 1\nsupernet: 5\n", 2, "'supernet' is a section of keys"),
    ("seed: 1\nsupernet: [epochs]\n", 2, "'supernet' is a section of keys"),
    ("supernet:\n  epochs:\n  batchSize: 4\n", 2, "'supernet.epochs' has no value"),
    ("data: {file: null}\n", 1, "'data.file' has no value"),
    ("search:\n  budgets: ~\n", 2, "write [] for an empty list"),
    ("search: {budgets: [20%, null]}\n", 1, "must be a list of plain values"),
    ("search: {budgets: [\"1,2M\"]}\n", 1, "must be a list of plain values"),
    ("search: {budgets: \"20%,,60%\"}\n", 1, "a list without gaps"),
    ("supernet.epochs: 3\nsupernet: {epochs: 4}\n", 2, "is given twice, first at c.yaml:1"),
    ("supernet:\n  averaging: 0.1\n  averageDecay: 0.2\n", 3, "is given twice, first at c.yaml:2"),
    ("supernet: {epochs: 3}\nsupernet: {batchSize: 4}\n", 1, "'supernet' is given more than once"),
    ("seed: !small 3\n", 1, "the tag '!small' is not understood"),
    ("search: {budgets: [!half 50%]}\n", 1, "the tag '!half' is not understood"),
    ("supernet:\n  <<: {epochs: 3}\n", 2, "'<<' (a merge) is not supported"),
    ("seed: 1\n---\nseed: 2\n", 2, "a second document begins here"),
    ("supernet:\n\tepochs: 3\n", 2, "a tab; indent with blanks"),
    ("seed: 1\u{1}\n", 1, "control characters are not allowed"),
    ("- seed\n", 1, "a mapping of keys to values was expected"),
    ("? [seed]\n: 3\n", 1, "a key must be a word"),
    ("seed: 1\nhyper:\n  epochs: 3\n", 2, "there is no key 'hyper'"),
  ])
  func whatIsNotUnderstoodIsRefused(_ yaml: String, _ line: Int, _ reason: String) {
    let message = message(yaml)
    #expect(message.hasPrefix("c.yaml:\(line): ") && message.contains(reason), "\(message)")
  }

  /// Aliases of aliases as a key, which is walked through as often as they multiply.
  @Test func aliasesAreBounded() throws {
    var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<12 {
      let items = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ",")
      yaml += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(message(yaml + "? *a11\n: 1\n").hasPrefix("c.yaml:6: there are more than 40 aliases"))
    let stars = [String](repeating: "# *not* one, *nor* this\n", count: 50).joined()
    #expect(try read(stars + "data: {file: '**.h5'}\n").data.file == "**.h5")
    #expect(try read("seed: &s 5\ncontroller: {updates: *s}\n").controller.updates == 5)
  }

  @Test func formsOfOtherProgramsAreRead() throws {
    let expected = try read("seed: 5\nsupernet:\n  epochs: 3\n  initial: null\n")
    #expect(expected.seed == 5 && expected.supernet.training.epochs == 3)
    for yaml in [
      "\u{FEFF}seed: 5\r\nsupernet:\r\n  epochs: 3\r\n",
      "{\"seed\": 5, \"supernet\": {\"epochs\": 3}}",
      "seed: 5\nsupernet.epochs: 3\ncheckpoint:\nruntime: {}\n",
      "---\nseed: !!int 5\nsupernet: {epochs: 3, initial: ~, teacher: }\n...\n",
    ] { #expect(try read(yaml) == expected, "\(yaml)") }
  }

  @Test(arguments: ["1e400", "nan", "inf", "0x10", "1_000", "٣", "5 ", "1,5", "1e-400", ""])
  func numbersAreReadRightlyOrRefused(_ text: String) {
    var sources = ConfigurationSources()
    for key in ["search.flipWeight", "supernet.learningRate", "supernet.epochs", "search.budgets"] {
      // A list of two, of which no network costs only the first.
      if key == "search.budgets", text.contains(",") { continue }
      #expect(throws: ConfigurationError.self, "\(key)") {
        try sources.set(key, to: key.hasSuffix("budgets") ? text + "%" : text, place: "test")
      }
    }
    #expect(sources.configuration == RunConfiguration())
  }

  /// No value is so large that counting with it overflows, or weighing with it hides all else.
  @Test func everyNumberHasALimit() throws {
    let unlimited = ["seed", "space.resolutions", "search.budgets"]
    for key in ConfigurationKey.all where !unlimited.contains(key.path) {
      var configuration = RunConfiguration()
      guard Double(key.read(configuration)) != nil, !key.path.hasPrefix("supernet.") else {
        continue
      }
      for text in ["9223372036854775807", "1e18"] {
        #expect(throws: Malformed.self, "\(key.path)") { try key.write(&configuration, text) }
      }
    }
  }

  @Test func environmentVariablesSetToNothingAreRefused() {
    for name in ["REGNAS_SEED", "REGNAS_SEARCH_REFERENCE"] {
      var sources = ConfigurationSources()
      let error = #expect(throws: ConfigurationError.self) {
        try sources.read(environment: [name: ""])
      }
      #expect(error?.place == "environment \(name)")
    }
  }

  /// `--print-config` gives a file that `--config` reads, whatever the values are.
  @Test(arguments: [
    "data.h5", "null", "~", "-", "[1].h5", "%x", "a: b #c",
    "it's \"new\"\\\n\t\u{1}\u{85}\u{2028}é\u{301}",
    "{a}", "靴/1.5", "100%", "", " x ",
  ])
  func theListingReadsBack(_ path: String) throws {
    var sources = ConfigurationSources()
    try sources.set("data.file", to: path, place: "a\nb")
    try sources.set("search.budgets=1.2M, 40%", place: "--set")
    try sources.set("supernet.phases=[depth, wi\"dth]", place: "--set")
    try sources.set("search.reference=p.txt", place: "--set")
    let listing = sources.configuration.listing(origins: sources.origins)
    #expect(listing.contains("# --set; One per member"))
    #expect(try read(listing) == sources.configuration, "\(listing)")
    #expect(try read(sources.configuration.yaml) == sources.configuration)
  }

  @Test func aStoredConfigurationThatWasCutShortLacksKeys() throws {
    let whole = RunConfiguration().yaml
    #expect(try ConfigurationSources(stored: whole, name: "s").missingFromStored == [])
    let lines = whole.split(separator: "\n").map(String.init)
    for count in 0..<lines.count {
      let cut = lines[..<count].joined(separator: "\n")
      guard let sources = try? ConfigurationSources(stored: cut, name: "s") else { continue }
      #expect(!sources.missingFromStored.isEmpty, "\(count)")
    }
  }
}
