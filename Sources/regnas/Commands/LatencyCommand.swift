import ArgumentParser
import AtomicFiles
import Configuration
import Foundation
import HDF5
import Latency
import RandomStreams
import Search
import SearchSpaces
import Supernet
import Torch

struct LatencyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latency",
    abstract: "Measure how long networks take on this machine.",
    subcommands: [Measure.self, Info.self]
  )

  struct Measure: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "measure",
      abstract: "Fill a table of block latencies, and check its sums against whole networks.",
      discussion: """
        Each different block is run alone: warm-up, then the median of repeated runs, synchronised \
        on a GPU. Leave the machine idle meanwhile. Measure on the device that the networks are \
        for, with the threads they will have there. The table is a budget with \
        search.metric=latency and search.latencyTable=FILE, on any machine: a search elsewhere \
        says that its latencies are those of the device measured here.

        EXAMPLE
          regnas latency measure mobilenetv3-small --threads 1 --out latency.h5
        """
    )

    @Argument(help: "The search space (see regnas space list).")
    var space: String

    @Option(name: .shortAndLong, help: "Latency table to write.")
    var out: String

    @Flag(help: "Replace a table that is there.")
    var overwrite = false

    @Option(help: "Image size; several make it a decision.")
    var resolution: [Int] = []

    @Option(help: "Channels of the images.")
    var channels: Int?

    @Option(help: "Number of classes.")
    var classes: Int?

    @Option(help: "Width multiplier of the space (key space.widthMultiplier).")
    var widthMultiplier: Double?

    @Option(help: "Images per run.")
    var batch = 1

    @Option(help: "float32 or bfloat16.")
    var precision = ComputePrecision.float32

    @Option(help: "Runs to take the median of.")
    var repetitions = 21

    @Option(help: "Random networks measured whole, beside the smallest and the largest.")
    var checks = 20

    @Option(help: "auto, cpu, cuda or cuda:N.")
    var device = "auto"

    @Option(help: "Threads of libtorch; 0 for every core.")
    var threads = 0

    @OptionGroup var speech: SpeechOptions

    func validate() throws {
      for (name, value) in [("--batch", batch), ("--repetitions", repetitions)] where value < 1 {
        throw ValidationError("\(name) must be at least 1")
      }
    }

    func run() throws {
      try OutputFile.check(out, overwrite: overwrite)
      try FileHeader.checkReplacing(out, format: LatencyTable.format)
      var configuration = RunConfiguration()
      configuration.runtime.threads = threads
      try configuration.startTorch()
      let device = try Device(device)
      let usual = try SpaceRegistry.preset(named: space).usualImages
      let preset = try SpaceRegistry.makeSpace(
        name: space,
        images: ImageTask(
          channels: channels ?? usual.channels,
          classes: classes ?? usual.classes,
          resolutions: resolution.isEmpty ? usual.resolutions : resolution
        )
      )
      let space = try widthMultiplier.map { try preset.scaled(to: $0) } ?? preset
      let reporter = speech.reporter()
      let table = try LatencyTable.measure(
        space,
        device: device,
        batch: batch,
        precision: precision,
        meter: ClockMeter(repetitions: repetitions),
        randomChecks: checks,
        random: RandomStream(seed: 0, name: "latency.checks")
      ) { measured in
        // How many different blocks there are is known only at the end.
        reporter.progress("latency", done: measured, total: measured, unit: "blocks", detail: "")
      }
      reporter.endProgress()
      try table.write(to: out, createdBy: Program.identity)
      Console.out(table.summary)
    }
  }

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "info",
      abstract: "Show what a latency table was measured on, and how accurate its sums are.",
      discussion: """
        EXAMPLE
          regnas latency info latency.h5
        """
    )

    @Argument(help: "The latency table.")
    var file: String

    func run() throws { Console.out(try LatencyTable.read(file).summary) }
  }
}

extension ComputePrecision: ExpressibleByArgument {}

extension LatencyTable {
  /// For a terminal.
  var summary: String {
    func milliseconds(_ nanoseconds: Int) -> String {
      String(format: "%.3f ms", Double(nanoseconds) / 1e6)
    }
    let whole = checks.map(\.measured)
    return """
      latency    \(space.name), batch \(batch), \(precision.rawValue)
      device     \(device)
      networks   \(milliseconds(whole.min() ?? 0)) to \(milliseconds(whole.max() ?? 0)), measured whole
      error      of the sum of blocks against \(checks.count) whole networks: \
      \(String(format: "%.1f %% mean, %.1f %% worst", meanRelativeError * 100, worstRelativeError * 100))
      """
  }
}
