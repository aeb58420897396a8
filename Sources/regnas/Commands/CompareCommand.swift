import ArgumentParser
import Controller
import Delivery
import Foundation
import HDF5
import Search

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare search strategies at equal numbers of distinct evaluations.",
    discussion: """
      The reward is the ImageNet accuracy of a MobileNetV3 subnet, predicted by a surrogate from \
      2373 measured ones. Writes OUT.csv and OUT.svg where --out is given.

      EXAMPLE
        regnas compare --budget 200M,300M,400M --seeds 20 --out strategies
      """)

  @Option(help: "Comma-separated: reinforce, ppo, random, evolution, local.")
  var strategies = "reinforce,ppo,evolution,local,random"

  @Option(help: "MAC budgets, comma-separated: 300M, or 40% of the range.")
  var budget = "200M,300M,400M"

  @Option(help: "Distinct evaluations of each run.")
  var evaluations = 500

  @Option(help: "Runs of each strategy.")
  var seeds = 20

  @Option(help: "Table of measured architectures.")
  var surrogate = "datasets/ofa_mbv3_w1.0_imagenet_top1.csv"

  @Option(name: .long, help: "Set one configuration key of the controller. May be repeated.")
  var set: [String] = []

  @Option(help: "Threads of libtorch; 0 for every core.")
  var threads = 0

  @Option(name: .shortAndLong, help: "Files to write, without .csv and .svg.")
  var out: String?

  @OptionGroup var work: WorkOptions

  func validate() throws {
    for (name, value) in [("--evaluations", evaluations), ("--seeds", seeds)] where value < 1 {
      throw ValidationError("\(name) must be at least 1")
    }
  }

  func run() throws {
    var sources = ConfigurationSources()
    for assignment in set { try sources.set(assignment, place: "--set") }
    try sources.set("search.budgets", to: budget, place: "--budget")
    try sources.set("runtime.threads", to: String(threads), place: "--threads")
    var names: [RunConfiguration.Strategy] = []
    for name in strategies.split(separator: ",") {
      var one = ConfigurationSources()
      try one.set("controller.strategy", to: String(name), place: "--strategies")
      names.append(one.configuration.controller.strategy)
    }
    let configuration = sources.configuration
    try configuration.startTorch()
    let problem = try SurrogateProblem(csv: surrogate)
    let reporter = work.reporter()
    if let quality = problem.quality {
      reporter.note(
        "surrogate of \(problem.count) architectures; held out: Kendall's tau "
          + String(format: "%.3f, error %.3f %%", quality.kendall, quality.rootMeanSquareError))
    }
    for budget in configuration.search.budgets {
      try compare(names, problem, budget, configuration, reporter)
    }
  }

  private func compare(
    _ names: [RunConfiguration.Strategy], _ problem: SurrogateProblem, _ budget: Budget,
    _ configuration: RunConfiguration, _ reporter: ProgressPrinter
  ) throws {
    let feasible = try problem.feasible(budget: budget)
    let limit = feasible.budgets[0].limit
    let contenders = names.map { strategy in
      Comparison.Contender(strategy.rawValue) { seed in
        var own = configuration
        own.seed = seed
        own.controller.strategy = strategy
        own.controller.updates = max(1, evaluations / own.controller.rollout)
        return try makeStrategy(own, over: feasible, member: 0)
      }
    }
    var cache = RewardCache()
    var done = 0
    let result = try Comparison(evaluations: evaluations, seeds: 0..<UInt64(seeds)).run(
      contenders, cache: &cache, reward: { problem.model.predict($0.assignment) }
    ) { name, seed in
      done += 1
      reporter.progress(
        "at most \(limit) MACs", done: done, total: names.count * seeds, unit: "searches",
        detail: name)
    }
    reporter.endProgress()
    Console.out("\nat most \(limit) MACs: best accuracy [%], mean of \(seeds) seeds ± 95 % interval")
    let checkpoints = [10, 20, 50, 100, 200, 500, 1000, 2000].filter { $0 < evaluations }
    Console.out(TextTable(result.table(at: checkpoints + [evaluations])).text)
    guard let out else { return }
    let base = configuration.search.budgets.count > 1 ? "\(out)-\(limit)" : out
    try AtomicFile.write(Array(CSVText.encode(result.rows()).utf8), to: base + ".csv")
    try AtomicFile.write(Array(chart(result, limit: limit).svg.utf8), to: base + ".svg")
    reporter.note("wrote \(base).csv and \(base).svg")
  }

  private func chart(_ result: Controller.ComparisonResult, limit: Int) -> LineChart {
    LineChart(
      title: "Best accuracy by number of evaluations",
      subtitle: "MobileNetV3, at most \(limit) MACs; mean of \(result.seeds.count) seeds, 95 %",
      xLabel: "distinct evaluations", yLabel: "predicted ImageNet top-1 [%]",
      series: result.curves.map { curve in
        .init(
          name: curve.name,
          points: curve.summary.enumerated().map { index, point in
            .init(x: Double(index + 1), y: point.mean, low: point.low, high: point.high)
          })
      })
  }
}
