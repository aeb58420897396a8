import Decisions

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
      curves.append(
        ComparisonCurve(
          contender.name,
          traces,
          curves: traces.map(\.bestSoFar),
          evaluations: driver.evaluations
        )
      )
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

  /// Runs one contender that serves several tasks at once, a budget-conditioned policy say, with
  /// as many evaluations as separate searches of the tasks would have together, and gives a curve
  /// per task.
  ///
  /// Point `n` of a task's curve is the best reward it had after `n * tasks` distinct evaluations
  /// of all tasks together: where separate searches have made `n` each. A task in which the policy
  /// repeats itself leaves its evaluations to the others.
  public func runJointly(
    _ contender: Contender,
    tasks: Int,
    cache: inout RewardCache,
    reward: (Proposal) throws -> Double,
    progress: (String, UInt64) throws -> Void = { _, _ in }
  ) throws -> [ComparisonCurve] {
    try requirePositive(driver.evaluations, "the number of evaluations")
    try requirePositive(seeds.count, "the number of seeds")
    try requirePositive(tasks, "the number of tasks")
    let joint = SearchDriver(
      evaluations: driver.evaluations * tasks,
      patience: driver.patience
    )
    var traces: [SearchTrace] = []
    for seed in seeds {
      var strategy: any SearchStrategy = try contender.make(seed)
      traces.append(try joint.run(&strategy, cache: &cache, reward: reward))
      try progress(contender.name, seed)
    }
    return (0..<tasks).map { task in
      ComparisonCurve(
        contender.name,
        traces,
        curves: traces.map { $0.bestSoFar(of: task, every: tasks) },
        evaluations: driver.evaluations
      )
    }
  }
}
