import Foundation
import Testing
import Training

@testable import Configuration

/// What keys were called, and defaulted to, in earlier versions of the configuration.
@Suite struct ConfigurationVersionTests {
  private func message(_ body: (inout ConfigurationSources) throws -> Void) -> String {
    var sources = ConfigurationSources()
    do {
      try body(&sources)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  private func read(_ yaml: String) throws -> RunConfiguration {
    var sources = ConfigurationSources()
    try sources.read(yaml: yaml, name: "run.yaml")
    return sources.configuration
  }

  private func stored(_ yaml: String) throws -> RunConfiguration {
    try ConfigurationSources(stored: yaml, name: "config.yaml").configuration
  }

  /// A run of the version before these keys goes on as it began.
  @Test func storedConfigurationsKeepToTheDefaultsOfTheirVersion() throws {
    let first = try stored("seed: 3\n").supernet.training
    #expect(first.updates == .batch && first.distillationWeight == 1)
    #expect(try stored("version: 1\nseed: 3\n").supernet.training == first)
    #expect(try read("version: 1\nseed: 3\n").supernet.training == first)
    #expect(RunConfiguration().supernet.training.updates == .subnet)
    #expect(try stored("supernet:\n  updates: subnet\n").supernet.training.updates == .subnet)
    // The present version, and a file by hand without one, have the present defaults.
    for yaml in ["version: 2\nseed: 3\n", "seed: 3\nversion: 2\n"] {
      #expect(try stored(yaml).supernet.training == TrainingConfiguration())
    }
    #expect(try read("seed: 3\n").supernet.training == TrainingConfiguration())
  }

  @Test func earlierNamesAreReadInFilesWithoutAVersion() throws {
    let earlier = """
      supernet:
        warmupEpochs: 0.25
        averaging: 0.5
      controller:
        hiddenUnits: 7
      """
    let present = """
      supernet:
        warmUpEpochs: 0.25
        averageDecay: 0.5
      controller:
        hiddenSize: 7
      """
    let expected = try read(present)
    #expect(expected.supernet.training.warmUpEpochs == 0.25)
    #expect(expected.supernet.training.averageDecay == 0.5)
    #expect(expected.controller.hiddenSize == 7)
    #expect(try read(earlier) == expected)
    #expect(try read("version: 2\n" + present) == expected)
    #expect(try stored(earlier).structuralDifferences(from: stored(present)) == [])
    #expect(
      message { try $0.read(yaml: "version: 2\n" + earlier, name: "run.yaml") }
        == "run.yaml:3: there is no key 'supernet.warmupEpochs'; it is now called "
        + "'supernet.warmUpEpochs'"
    )
  }

  @Test func earlierNamesElsewhereAreRefusedWithThePresentOne() {
    #expect(
      message { try $0.set("controller.hiddenUnits=3", place: "--set") }
        == "--set: there is no key 'controller.hiddenUnits'; it is now called "
        + "'controller.hiddenSize'"
    )
    #expect(
      message { try $0.read(environment: ["REGNAS_SUPERNET_AVERAGING": "0.5"]) }
        == "environment: there is no key for 'REGNAS_SUPERNET_AVERAGING'; it is now called "
        + "'REGNAS_SUPERNET_AVERAGE_DECAY'"
    )
  }

  @Test func versionsThatCannotBeReadAreRefused() {
    #expect(
      message { try $0.read(yaml: "seed: 1\nversion: 3\n", name: "run.yaml") }
        == "run.yaml:2: the file has version 3 of the configuration, this program reads up to 2; "
        + "use the program that wrote it, or a later one"
    )
    for version in ["0", "new", "[2]", "1.5"] {
      #expect(
        message { try $0.read(yaml: "version: \(version)\n", name: "a.yaml") }
          .hasPrefix("a.yaml:1: 'version' must be a whole number above 0"),
        "\(version)"
      )
    }
  }

  @Test func theVersionIsWritten() {
    #expect(RunConfiguration().yaml.hasPrefix("version: 2\nseed: 0\n"))
    #expect(RunConfiguration().resultsYAML.hasPrefix("version: 2\nseed: 0\n"))
    #expect(RunConfiguration().listing(origins: [:]).hasPrefix("version: 2 "))
  }

  /// Runs of 0.1.0 mean what they meant, read as their own or given as somebody's file.
  @Test(arguments: ["members", "shrinking", "supernet", "whole"])
  func configurationsOfVersion0_1_0AreRead(_ run: String) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/Runs/0.1.0/\(run)/config.yaml")
    let yaml = try String(contentsOf: file, encoding: .utf8)
    let configuration = try stored(yaml)
    #expect(try read(yaml) == configuration)
    #expect(try stored(configuration.yaml).structuralDifferences(from: configuration) == [])
    // Every line of the file is a line of what is written now, but for the names that changed.
    let present = Set(configuration.yaml.split(separator: "\n"))
    let changed = yaml.split(separator: "\n").filter { !present.contains($0) }
    let isShrinking = run == "shrinking"
    #expect(
      changed == [
        "  warmupEpochs: \(isShrinking ? 0.1 : 0.5)", "  averaging: \(isShrinking ? 0.8 : 0.0)",
        "  hiddenUnits: 4",
      ]
    )
    let training = configuration.supernet.training
    #expect(training.warmUpEpochs == (isShrinking ? 0.1 : 0.5))
    #expect(training.averageDecay == (isShrinking ? 0.8 : 0))
    #expect(configuration.controller.hiddenSize == 4)
    #expect(training.finalLearningRate == 0 && training.dropoutOnlyInLargest)
  }

  /// A field of the training that has no key could not be set by a run, nor stored.
  @Test func everyFieldOfTheTrainingHasAKey() {
    let paths = Set(ConfigurationKey.all.map(\.path))
    let fields = Mirror(reflecting: TrainingConfiguration()).children.compactMap(\.label)
    #expect(fields.count > 20)
    for field in fields { #expect(paths.contains("supernet." + field), "\(field)") }
    for range in TrainingConfiguration.ranges { #expect(fields.contains(range.field)) }
  }

  /// What the library refuses is told at the key.
  @Test func rangesOfTheLibraryHoldForKeys() {
    #expect(
      message { try $0.set("supernet.momentum=1", place: "--set") }
        == "--set: 'supernet.momentum' must be a number from 0, below 1, not '1'"
    )
    let error = TrainingError.invalidConfiguration(field: "epochs", reason: "no")
    #expect(ConfigurationError(error).map { "\($0)" } == "supernet.epochs: no")
    #expect(ConfigurationError(.diverged(step: 0, loss: .nan)) == nil)
  }
}
