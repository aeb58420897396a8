import Decisions
import Foundation

/// Runs strategies against each other: each with every seed, at equal numbers of distinct
/// evaluations and with one cache, and summarises how the best reward so far grows.
///
/// ```swift
/// let result = try Comparison(evaluations: 500, seeds: 0..<20).run(
///   [
///     .init("random") { RandomSearch(set, stream: RandomStream(seed: $0, name: "search")) },
///     .init("evolution") {
///       try RegularizedEvolution(set, stream: RandomStream(seed: $0, name: "search"))
///     },
///   ], reward: { measure($0.assignment) })
/// ```
public struct Comparison: Sendable {
  public struct Contender {
    public var name: String
    /// A fresh strategy for a seed.
    public var make: (UInt64) throws -> any SearchStrategy

    public init(_ name: String, _ make: @escaping (UInt64) throws -> any SearchStrategy) {
      self.name = name
      self.make = make
    }
  }

  public var driver: SearchDriver
  public var seeds: [UInt64]

  public init(evaluations: Int, seeds: some Sequence<UInt64>, patience: Int = 1000) {
    driver = SearchDriver(evaluations: evaluations, patience: patience)
    self.seeds = Array(seeds)
  }

  /// `progress` is called after each run with the contender's name and the seed.
  public func run(
    _ contenders: [Contender],
    cache: inout RewardCache,
    reward: (Proposal) throws -> Double,
    progress: (String, UInt64) throws -> Void = { _, _ in }
  ) throws -> ComparisonResult {
    try requirePositive(driver.evaluations, "the number of evaluations")
    try requirePositive(seeds.count, "the number of seeds")
    var curves: [ComparisonCurve] = []
    for contender in contenders {
      var traces: [SearchTrace] = []
      for seed in seeds {
        var strategy: any SearchStrategy = try contender.make(seed)
        traces.append(try driver.run(&strategy, cache: &cache, reward: reward))
        try progress(contender.name, seed)
      }
      curves.append(ComparisonCurve(contender.name, traces, evaluations: driver.evaluations))
    }
    return ComparisonResult(evaluations: driver.evaluations, seeds: seeds, curves: curves)
  }

  public func run(
    _ contenders: [Contender],
    reward: (Proposal) throws -> Double
  ) throws -> ComparisonResult {
    var cache = RewardCache()
    return try run(contenders, cache: &cache, reward: reward)
  }
}

/// The runs of one contender.
public struct ComparisonCurve: Sendable, Hashable {
  public var name: String
  /// Best reward so far, `[seed][evaluation]`. A run that ended early keeps its last value.
  public var best: [[Double]]
  /// Its mean over the seeds with the 95 % interval, per evaluation.
  public var summary: [MeanInterval]
  /// Runs that ended early because the strategy only repeated itself.
  public var exhaustedRuns: Int
  /// Time spent in the strategy, per distinct evaluation, in seconds; a mean over all runs.
  public var strategySeconds: Double

  init(_ name: String, _ traces: [SearchTrace], evaluations: Int) {
    self.name = name
    let best = traces.map { trace -> [Double] in
      let curve = trace.bestSoFar
      let missing = max(0, evaluations - curve.count)
      return curve + [Double](repeating: curve.last ?? .nan, count: missing)
    }
    self.best = best
    summary = (0..<evaluations).compactMap { index in MeanInterval(best.map { $0[index] }) }
    exhaustedRuns = traces.count { $0.isExhausted }
    let time = traces.reduce(Duration.zero) { $0 + $1.strategyTime }
    strategySeconds =
      (Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18)
      / Double(max(1, traces.reduce(0) { $0 + $1.evaluations.count }))
  }

  public var finals: [Double] { best.compactMap(\.last) }
}

public struct ComparisonResult: Sendable, Hashable {
  public var evaluations: Int
  public var seeds: [UInt64]
  public var curves: [ComparisonCurve]

  /// The difference of the final best rewards of two contenders with its 95 % interval, paired by
  /// seed. Nil for unknown names.
  public func difference(_ first: String, minus second: String) -> MeanInterval? {
    guard let a = curves.first(where: { $0.name == first }),
      let b = curves.first(where: { $0.name == second })
    else { return nil }
    return MeanInterval(zip(a.finals, b.finals).map { $0 - $1 })
  }

  /// One row per contender: name, mean best reward with interval after each of `checkpoints`
  /// evaluations, early ends.
  public func table(at checkpoints: [Int], decimals: Int = 3) -> [[String]] {
    let checkpoints = checkpoints.filter { (1...evaluations).contains($0) }
    let header = ["strategy"] + checkpoints.map { "after \($0)" } + ["ended early"]
    return [header]
      + curves.map { curve in
        [curve.name]
          + checkpoints.map { checkpoint in
            let point = curve.summary[checkpoint - 1]
            return fixed(point.mean, decimals) + " ± " + fixed(point.halfWidth, decimals)
          } + ["\(curve.exhaustedRuns)/\(seeds.count)"]
      }
  }

  /// Every point: strategy, evaluations, mean, low, high; and, per seed, the best reward so far.
  public func rows() -> [[String]] {
    [["strategy", "evaluations", "mean", "low", "high"] + seeds.map { "seed_\($0)" }]
      + curves.flatMap { curve in
        curve.summary.enumerated().map { index, point in
          [curve.name, "\(index + 1)", "\(point.mean)", "\(point.low)", "\(point.high)"]
            + curve.best.map { "\($0[index])" }
        }
      }
  }
}

/// Decimal text with a fixed number of decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
  String(format: "%.\(decimals)f", value)
}
