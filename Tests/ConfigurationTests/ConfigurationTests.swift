import Testing

@testable import Configuration

@Suite struct ConfigurationTests {
  private func message(_ body: (inout ConfigurationSources) throws -> Void) -> String {
    var sources = ConfigurationSources()
    do {
      try body(&sources)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func laterSourcesWinAndAreRemembered() throws {
    var sources = ConfigurationSources()
    let yaml = """
      seed: 5
      controller:
        updates: 7
        learningRate: 0.03
      search:
        budgets: [1.2M, 40%]
        reference: null
      """
    try sources.read(yaml: yaml, name: "run.yaml")
    try sources.read(environment: ["REGNAS_CONTROLLER_UPDATES": "8", "HOME": "/root"])
    try sources.set("controller.updates=9", place: "--set")
    #expect(sources.configuration.seed == 5)
    #expect(sources.configuration.controller.updates == 9)
    #expect(sources.configuration.controller.learningRate == 0.03)
    #expect(sources.configuration.search.budgets == [.absolute(1_200_000), .fraction(0.4)])
    #expect(sources.origins["seed"] == "run.yaml:1")
    #expect(sources.origins["controller.learningRate"] == "run.yaml:4")
    #expect(sources.origins["controller.updates"] == "--set")
    #expect(sources.origins["controller.rollout"] == nil)
  }

  @Test func unknownKeysAreErrorsWithLineAndNearestMatch() {
    #expect(
      message { try $0.read(yaml: "controller:\n  learningrate: 1\n", name: "run.yaml") }
        == "run.yaml:2: there is no key 'controller.learningrate'; did you mean 'controller.learningRate'?"
    )
    #expect(
      message { try $0.read(yaml: "seed: 1\ncontroler:\n  updates: 1\n", name: "run.yaml") }
        == "run.yaml:2: there is no section 'controler'; did you mean 'controller'?"
    )
    #expect(
      message { try $0.set("search.lambda=1", place: "--set") }
        .hasPrefix("--set: there is no key 'search.lambda'")
    )
    #expect(
      message { try $0.set("family.tuning=3", place: "--set") }
        .hasPrefix(
          "--set: 'family.tuning' is a group of keys; set one of them: family.tuning.epochs, "
        )
    )
    #expect(
      message { try $0.read(environment: ["REGNAS_SEDE": "1"]) }
        == "environment: there is no key for 'REGNAS_SEDE'; did you mean 'REGNAS_SEED'?"
    )
  }

  @Test func malformedValuesSayWhatIsExpected() {
    #expect(
      message { try $0.set("controller.updates=many", place: "--set") }
        == "--set: 'controller.updates' must be a whole number, not 'many'"
    )
    #expect(
      message { try $0.set("controller.updates=0", place: "--set") }
        == "--set: 'controller.updates' must be a whole number from 1 to 10000000, not '0'"
    )
    #expect(
      message { try $0.set("controller.strategy=magic", place: "--set") }
        == "--set: 'controller.strategy' must be one of reinforce, ppo, random, evolution, local, not 'magic'"
    )
    for budget in ["-5", "0", "0.3", "abc", "120%", "5X", "1e40"] {
      #expect(
        message { try $0.set("search.budgets=\(budget)", place: "--set") }
          .hasPrefix("--set: 'search.budgets' must be a number of 1 or more")
      )
    }
    #expect(
      message { try $0.read(yaml: "seed: [", name: "a.yaml") }.hasPrefix("a.yaml:2: not valid")
    )
    #expect(
      message { try $0.read(yaml: "- a\n- b\n", name: "a.yaml") }
        == "a.yaml:1: a mapping of keys to values was expected, such as 'seed: 1'"
    )
  }

  @Test func theStoredConfigurationReadsBackTheSame() throws {
    var sources = ConfigurationSources()
    // Every key at something other than its default.
    for key in ConfigurationKey.all {
      let current = key.read(sources.configuration)
      let text: String
      switch current {
      case _ where key.path == "search.referenceColours": text = "bgr"
      case _ where key.path == "search.referenceSize": text = "5"
      case "true": text = "false"
      case "false": text = "true"
      case "null": text = key.path == "space.widthMultiplier" ? "0.5" : "a \"path\" #1: \\x"
      case "float32": text = "bfloat16"
      case "reinforce": text = "evolution"
      case "per-member": text = "conditioned"
      case "leave-one-out": text = "moving-average"
      case "macs": text = "latency"
      case "mean": text = "worst"
      case "auto": text = "cuda:1"
      case "sandwich": text = "largest-first"
      case "uniform": text = "spread"
      case "subnet": text = "batch"
      case "sum": text = "mean"
      case "in-place": text = "teacher"
      case "[]" where key.path.hasPrefix("supernet.phase"):
        text = key.path == "supernet.phases" ? "[depth, width]" : "[0.25, 0.75]"
      default:
        text =
          key.path == "search.budgets"
          ? "[1234567, 33.3%]"
          : key.path == "space.resolutions"
            ? "[20, 28]" : Double(current) == nil ? "some-name" : "0.25"
      }
      do {
        try sources.set(key.path, to: text, place: "test")
      } catch {
        try sources.set(key.path, to: "5", place: "test")
      }
      #expect(key.read(sources.configuration) != current, "\(key.path)")
    }
    var again = ConfigurationSources()
    try again.read(yaml: sources.configuration.yaml, name: "stored")
    #expect(again.configuration == sources.configuration)
    #expect(again.configuration.yaml == sources.configuration.yaml)
    #expect(again.configuration.structuralDifferences(from: sources.configuration).isEmpty)
  }

  @Test func keysWithoutEffectAreNamed() throws {
    func notes(_ assignments: String...) throws -> [String] {
      var sources = ConfigurationSources()
      for assignment in assignments { try sources.set(assignment, place: "--set") }
      return sources.configuration.notesOnKeysWithoutEffect
    }
    #expect(try notes() == [])
    #expect(try notes("search.metric=latency", "search.latencyTable=t.h5") == [])
    #expect(
      try notes("search.latencyTable=t.h5") == [
        "warning: search.latencyTable: without effect, since search.metric is 'macs', not 'latency'"
      ]
    )
    #expect(
      try notes(
        "supernet.file=s.h5",
        "supernet.epochs=3",
        "supernet.distillation=none",
        "supernet.calibrationImages=10",
        "data.flip=false"
      ) == [
        "warning: data.flip, supernet.epochs, supernet.distillation: without effect, since "
          + "supernet.file gives a trained supernet"
      ]
    )
    // Members are trained on with images, too.
    #expect(
      try notes(
        "supernet.file=s.h5",
        "supernet.epochs=3",
        "supernet.weightDecay=0",
        "data.flip=false",
        "family.tuning.epochs=2"
      ) == [
        "warning: supernet.epochs: without effect, since supernet.file gives a trained supernet"
      ]
    )
    #expect(
      try notes("family.tuning.flipWeight=1") == [
        "warning: family.tuning.flipWeight: without effect, since family.tuning.epochs is 0"
      ]
    )
    #expect(try notes("controller.strategy=random", "controller.hiddenSize=8").count == 1)
    #expect(try notes("controller.baselineDecay=0.5").count == 1)
    #expect(
      try notes("controller.baselineDecay=0.5", "controller.baseline=moving-average") == []
    )
  }

  @Test func variablesAreNamed() {
    let environment = ["REGNAS_SEED": "1", "REGNAS_LIBFUZZER": "x", "HOME": "/", "REGNAS_A": ""]
    #expect(ConfigurationSources.names(in: environment) == ["REGNAS_A", "REGNAS_SEED"])
  }

  @Test func emptyFilesAreEmptyConfigurations() throws {
    var sources = ConfigurationSources()
    try sources.read(yaml: "", name: "empty")
    try sources.read(yaml: "# only a comment\n", name: "comment")
    #expect(sources.configuration == RunConfiguration())
  }
}
