import ArgumentParser
import AtomicFiles
import Configuration
import Foundation
import HDF5
import Runs
import Search

/// Flags of commands that work on a run. Everything else is a configuration key: `--set key=value`.
struct ConfigurationOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "YAML file of configuration keys.")
  var config: String?

  @Option(name: .long, help: "Set one configuration key. May be repeated.")
  var set: [String] = []

  @Option(help: "Data set file (key data.file).")
  var data: String?

  @Option(
    parsing: .unconditional,
    help: "Seed of every random stream, from 0 (key seed); random if not given."
  )
  var seed: UInt64?

  @Option(help: "auto, cpu, cuda or cuda:N (key runtime.device).")
  var device: String?

  @Option(help: "Threads of libtorch; 0 for every core (key runtime.threads).")
  var threads: Int?

  /// Collects all sources. A seed that was not given is drawn here, and stored with the run.
  func collect() throws -> ConfigurationSources {
    var sources = ConfigurationSources()
    if let config {
      try sources.read(yaml: Self.text(config), name: config)
    }
    try sources.read(environment: ProcessInfo.processInfo.environment)
    for assignment in set { try sources.set(assignment, place: "--set") }
    if let data { try sources.set("data.file", to: data, place: "--data") }
    if let seed { try sources.set("seed", to: String(seed), place: "--seed") }
    if let device { try sources.set("runtime.device", to: device, place: "--device") }
    if let threads { try sources.set("runtime.threads", to: String(threads), place: "--threads") }
    if sources.origins["seed"] == nil {
      try sources.set(
        "seed",
        to: String(UInt64.random(in: 0..<1_000_000_000)),
        place: "drawn at random"
      )
    }
    return sources
  }

  /// A configuration file, or what a pipe gives.
  static func text(_ path: String) throws -> String {
    do {
      return try TextFile.decode(readFile(path, limit: 16 << 20))
    } catch let error as TextFile.NotText {
      throw ConfigurationError(
        place: path + (error.line.map { ":\($0)" } ?? ""),
        message: error.description
      )
    }
  }
}

/// What a command says on standard error.
struct SpeechOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print only errors, warnings and results.")
  var quiet = false

  @Flag(help: "No progress lines.")
  var noProgress = false

  func reporter() -> ProgressPrinter { ProgressPrinter(quiet: quiet, noProgress: noProgress) }
}

/// The same for a command that can be stopped and resumed.
struct WorkOptions: ParsableArguments {
  @OptionGroup var speech: SpeechOptions

  @Option(help: "Save and stop after so many seconds, with status 124.")
  var maxTime: Double?

  @Option(help: .hidden)
  var dieAtStorageOperation: Int?

  func validate() throws {
    if let maxTime, !(maxTime > 0 && maxTime.isFinite) {
      throw ValidationError("--max-time must be a number of seconds above 0")
    }
  }

  /// How the run's files are written.
  var storage: any Storage { dieAtStorageOperation.map(DyingStorage.init) ?? SystemStorage() }

  func reporter() -> ProgressPrinter { speech.reporter() }
}
