import ArgumentParser
import AtomicFiles
import Configuration
import Decisions
import Foundation
import ImageData
import Judging
import Latency
import Runs
import Search
import SearchSpaces
import Supernet

extension SupernetCommand {
  struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "evaluate",
      abstract: "Judge a supernet by its architectures, beside the same ones trained alone.",
      discussion: """
        Each architecture is calibrated on training images and measured. With --alone it is also \
        trained from scratch as a network of its own, by the supernet's recipe without \
        distillation, and both are compared: accuracy, ranks, negative flips of nested pairs.

        ARCHITECTURES are texts that 'regnas space describe' reads (smallest, largest, a code), \
        random:N, or chains:KxL: K chains of L from the smallest to the largest, each containing \
        the one before. With --out the same command goes on after an interruption.

        EXAMPLE
          regnas supernet evaluate checkpoints/fashion smallest largest random:10
          regnas supernet evaluate checkpoints/fashion --alone --split test --out judged
        """
    )

    @Argument(help: "Folder of a run, or a supernet file.")
    var supernet: String

    @Argument(help: "Architectures; chains:5x4 if not given.")
    var architectures: [String] = []

    @Option(help: "File of further architectures, one a line; '#' begins a comment.")
    var file: String?

    @Option(help: "Seed of the random architectures; the supernet's by default.")
    var seed: UInt64?

    @Option(help: "Images to measure on: search or test.")
    var split = Split.search

    @Flag(help: "Train each architecture alone too, and compare.")
    var alone = false

    @Option(
      help: "Seeds to train each alone with."
    )
    var seeds = 1

    @Option(help: "From 'regnas latency measure'.")
    var latencyTable: String?

    @Option(name: .shortAndLong, help: "Folder to keep predictions and figures in.")
    var out: String?

    @Option(help: "Folder for stand-alone predictions, to share between supernets.")
    var aloneOut: String?

    @Option(help: "Data set file; the supernet's by default.")
    var data: String?

    @Option(name: .long, help: "Set one configuration key. May be repeated.")
    var set: [String] = []

    @Option(help: "auto, cpu, cuda or cuda:N.")
    var device: String?

    @Option(help: "Threads of libtorch; 0 for every core.")
    var threads: Int?

    @Flag(help: "Print as JSON.")
    var json = false

    @Flag(help: "Print one row per architecture as CSV.")
    var csv = false

    @OptionGroup var work: WorkOptions

    func validate() throws {
      if split == .train {
        throw ValidationError(
          "--split must be search or test: networks were trained on the images of train"
        )
      }
      if seeds < 1 { throw ValidationError("--seeds must be at least 1") }
      if json, csv { throw ValidationError("--json and --csv exclude each other") }
      if !alone, seeds > 1 || aloneOut != nil {
        throw ValidationError("--seeds and --alone-out need --alone")
      }
    }

    func run() throws {
      UnusedEnvironment.note()
      let (path, yaml) = try EvaluationSubject.locate(supernet)
      let configuration = try configuration(yaml: yaml, of: path)
      try configuration.startTorch()
      let subject = try EvaluationSubject(supernet: path, configuration: configuration)
      let selection = try ArchitectureSelection(
        try texts(),
        of: subject.space,
        seed: seed ?? configuration.seed
      )
      var settings = SupernetEvaluator.Settings()
      settings.split = split
      settings.aloneSeeds = alone ? seeds : 0
      settings.folder = out
      settings.aloneFolder = aloneOut
      let session = RunSession(work)
      let table = try latencyTable.map { try LatencyTable.read($0) }
      if let note = table?.note(on: .current(subject.device)) { session.reporter.note(note) }
      if let note = subject.noteOnUntrained { session.reporter.note(note) }
      let evaluator = try SupernetEvaluator(
        subject,
        settings: settings,
        latencies: try table?.costs(for: subject.space),
        services: session.services,
        storage: work.storage
      )
      do {
        try show(evaluator.evaluate(selection))
      } catch let stop as Interrupted {
        session.reporter.note(
          out == nil && aloneOut == nil
            ? "stopped; nothing was kept (pass --out to keep what is done)"
            : "stopped; the same command goes on after the last network that was finished"
        )
        throw stop
      }
    }

    private func configuration(yaml: String?, of path: String) throws -> RunConfiguration {
      var sources =
        try yaml.map {
          try ConfigurationSources(stored: $0, name: "the configuration of \(path)")
        } ?? ConfigurationSources()
      try sources.set(
        set,
        using: ["seed", "data.", "supernet.", "runtime."],
        of: "regnas supernet evaluate"
      )
      if let data { try sources.set("data.file", to: data, place: "--data") }
      if let device { try sources.set("runtime.device", to: device, place: "--device") }
      if let threads { try sources.set("runtime.threads", to: String(threads), place: "--threads") }
      return sources.configuration
    }

    /// What was asked for, on the command line and then in the file.
    private func texts() throws -> [ArchitectureSelection.Text] {
      var texts = architectures.map { ArchitectureSelection.Text($0, place: "architectures") }
      if let file {
        let text: String
        do {
          text = try TextFile.decode(readFile(file, limit: 1 << 30))
        } catch let error as TextFile.NotText {
          let place = error.line.map { ":\($0)" } ?? ""
          throw RunError.invalidInput("\(file)\(place): \(error); give one architecture a line")
        }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
          let text = line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
          if !text.isEmpty { texts.append(.init(text, place: "\(file):\(index + 1)")) }
        }
      } else if texts.isEmpty {
        texts = [.init("chains:5x4", place: "architectures")]
      }
      return texts
    }

    private func show(_ evaluation: SupernetEvaluation) throws {
      if json {
        Console.out(String(try evaluation.json().dropLast()))
      } else if csv {
        Console.out(String(evaluation.csv.dropLast()))
      } else {
        Console.out(evaluation.text)
      }
    }
  }
}
