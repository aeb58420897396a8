import ArgumentParser
import AtomicFiles
import Charts
import Configuration
import Foundation
import HDF5
import Judging
import Search
import SearchSpaces

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare search strategies at equal numbers of distinct evaluations.",
    discussion: """
      The reward is the ImageNet accuracy of a MobileNetV3 subnet, predicted by a surrogate from \
      2373 measured ones. 'conditioned' is one controller for all budgets together. With --out, \
      writes OUT.csv and a picture per budget, OUT-300M.svg.

      EXAMPLE
        regnas compare --budget 200M,300M,400M --seeds 20 --out strategies
      """
  )

  @Option(help: "Comma-separated: reinforce, ppo, conditioned, evolution, local, random.")
  var strategies = "reinforce,ppo,conditioned,evolution,local,random"

  @Option(help: "MAC budgets, comma-separated: 300M, or 40% of the range.")
  var budget = "200M,300M,400M"

  @Option(help: "Distinct evaluations of each run.")
  var evaluations = 500

  @Option(help: "Runs of each strategy.")
  var seeds = 20

  @Option(help: "End a run after this many proposals in a row without a new one.")
  var patience = 100

  @Option(help: "Table of measured architectures.")
  var surrogate = "datasets/ofa_mbv3_w1.0_imagenet_top1.csv"

  @Option(name: .long, help: "Set one configuration key of the controller. May be repeated.")
  var set: [String] = []

  @Option(help: "Threads of libtorch; 0 for every core.")
  var threads = 0

  @Option(name: .shortAndLong, help: "Files to write, without their endings.")
  var out: String?

  @Flag(help: "Replace files that are there.")
  var overwrite = false

  @OptionGroup var speech: SpeechOptions

  func validate() throws {
    let counts = [
      ("--evaluations", evaluations), ("--seeds", seeds), ("--patience", patience),
    ]
    for (name, value) in counts where value < 1 {
      throw ValidationError("\(name) must be at least 1")
    }
  }

  func run() throws {
    UnusedEnvironment.note()
    let contenders = try Self.contenders(strategies)
    var sources = ConfigurationSources()
    try sources.set(set, using: ["controller."], of: "regnas compare")
    for key in ["controller.strategy", "controller.sharing", "controller.updates"]
    where sources.origins[key] != nil {
      throw ConfigurationError(
        place: "--set",
        message: "'\(key)' is fixed by --strategies and --evaluations here; leave it out"
      )
    }
    try sources.set("search.budgets", to: budget, place: "--budget")
    try sources.set("runtime.threads", to: String(threads), place: "--threads")
    if let out { try checkFiles(of: out) }
    let configuration = sources.configuration
    try configuration.startTorch()
    let problem = try SurrogateProblem(csv: surrogate)
    let reporter = speech.reporter()
    if let quality = problem.quality {
      reporter.note(
        "surrogate of \(problem.count) architectures; held out: Kendall's tau "
          + String(format: "%.3f, error %.3f %%", quality.kendall, quality.rootMeanSquareError)
      )
    }
    let comparison = StrategyComparison(
      contenders,
      on: problem,
      configuration: configuration,
      evaluations: evaluations,
      seeds: seeds,
      patience: patience
    )
    var done = 0
    let results = try comparison.run { contender in
      done += 1
      reporter.progress(
        "comparing",
        done: done,
        total: comparison.searchCount,
        unit: "searches",
        detail: contender.rawValue
      )
    }
    reporter.endProgress()
    for result in results { Console.out(result.text) }
    if contenders.contains(where: \.learns) {
      let rate = try comparison.samplingRate(batch: 256)
      Console.out(
        "A new controller samples \(Int(rate)) architectures a second, in batches of 256."
      )
    }
    guard let out else { return }
    try AtomicFile.write(Array(CSVText.encode(results.rows).utf8), to: out + ".csv")
    var written = ["\(out).csv"]
    for result in results {
      written.append("\(out)-\(result.limitText).svg")
      try AtomicFile.write(Array(result.chart.svg.utf8), to: written[written.count - 1])
    }
    reporter.note("wrote " + written.joined(separator: ", "))
  }

  /// What cannot be written is better found before the searches than after them.
  private func checkFiles(of out: String) throws {
    let last = out.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard !["", ".", ".."].contains(last) else {
      throw ValidationError(
        "--out '\(out)' is a folder, not what names of files begin with; give such as "
          + "'\(last.isEmpty ? out : out + "/")strategies'"
      )
    }
    try OutputFile.check("\(out).csv", overwrite: overwrite)
    let folder = OutputFile.folder(of: out)
    let prefix = (out as NSString).lastPathComponent + "-"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names.sorted() where name.hasPrefix(prefix) && name.hasSuffix(".svg") {
      let path = out.hasPrefix("/") || folder != "." ? "\(folder)/\(name)" : name
      try OutputFile.check(path, overwrite: overwrite)
    }
  }

  private static func contenders(_ text: String) throws -> [StrategyComparison.Contender] {
    let names = text.split(separator: ",").map { $0.filter { $0 != " " } }
    let known = StrategyComparison.Contender.allCases.map(\.rawValue)
    var result: [StrategyComparison.Contender] = []
    for name in names {
      guard let contender = StrategyComparison.Contender(rawValue: name) else {
        let nearest = nearestName(to: name, among: known)
        throw ConfigurationError(
          place: "--strategies",
          message: "there is no strategy '\(name)'; "
            + (nearest.map { "did you mean '\($0)'?" }
              ?? "there are \(known.joined(separator: ", "))")
        )
      }
      guard !result.contains(contender) else {
        throw ConfigurationError(
          place: "--strategies",
          message: "'\(name)' is named twice; name each once"
        )
      }
      result.append(contender)
    }
    guard !result.isEmpty else {
      throw ConfigurationError(
        place: "--strategies",
        message: "no strategy is named; there are \(known.joined(separator: ", "))"
      )
    }
    return result
  }
}
