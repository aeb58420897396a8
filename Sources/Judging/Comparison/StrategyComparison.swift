import Configuration
import Controller
import Decisions
import RandomStreams
import Runs
import Search

/// Search strategies on the surrogate problem: each with every seed under every budget, at equal
/// numbers of distinct evaluations.
package struct StrategyComparison {
  /// What can be compared.
  package enum Contender: String, Sendable, CaseIterable {
    case reinforce, ppo
    /// One policy for all budgets, conditioned on the budget; REINFORCE.
    case conditioned
    case evolution, local, random

    /// nil for the one that is not a strategy of a single budget.
    var strategy: RunConfiguration.Strategy? { RunConfiguration.Strategy(rawValue: rawValue) }
  }

  /// The contenders under one budget.
  package struct BudgetResult: Sendable {
    /// In MACs.
    package var limit: Int
    package var comparison: ComparisonResult
  }

  package var problem: SurrogateProblem
  package var contenders: [Contender]
  /// Settings of the strategies, and the budgets.
  package var configuration: RunConfiguration
  /// Distinct evaluations under each budget.
  package var evaluations: Int
  package var seeds: Int
  /// Proposals in a row without a new one after which a run is ended.
  package var patience: Int

  package init(
    _ contenders: [Contender],
    on problem: SurrogateProblem,
    configuration: RunConfiguration,
    evaluations: Int,
    seeds: Int,
    patience: Int
  ) {
    self.contenders = contenders
    self.problem = problem
    self.configuration = configuration
    self.evaluations = evaluations
    self.seeds = seeds
    self.patience = patience
  }

  /// Searches that are made; each is reported once to the `progress` of ``run(progress:)``.
  package var searchCount: Int {
    let separate = contenders.count { $0 != .conditioned }
    return seeds
      * (separate * configuration.search.budgets.count + contenders.count - separate)
  }

  /// One result per budget, in their order. `progress` is called after each search.
  ///
  /// Throws ``RunError/impossibleBudget(_:)`` before the first search, for a budget that no network
  /// meets or one that is given twice.
  package func run(progress: (Contender) -> Void) throws -> [BudgetResult] {
    let sets = try configuration.search.budgets.map { try problem.feasible(budget: $0) }
    let limits = sets.map { $0.budgets[0].limit }
    if let twice = limits.first(where: { limit in limits.count { $0 == limit } > 1 }) {
      throw RunError.impossibleBudget(
        "search.budgets: \(twice) MACs is given twice; name each budget once"
      )
    }
    let comparison = Comparison(
      evaluations: evaluations,
      seeds: 0..<UInt64(seeds),
      patience: patience
    )
    var joint: [ComparisonCurve] = []
    if contenders.contains(.conditioned) {
      var cache = RewardCache()
      joint = try comparison.runJointly(
        .init(Contender.conditioned.rawValue) { try conditioned(over: sets, seed: $0) },
        tasks: sets.count,
        cache: &cache,
        reward: { problem.model.predict($0.assignment) },
        progress: { _, _ in progress(.conditioned) }
      )
    }
    return try sets.enumerated().map { index, set in
      var result = ComparisonResult(
        evaluations: evaluations,
        seeds: comparison.seeds,
        curves: []
      )
      var cache = RewardCache()
      for contender in contenders {
        guard let strategy = contender.strategy else {
          result.curves.append(joint[index])
          continue
        }
        let own = Comparison.Contender(contender.rawValue) { seed in
          try makeStrategy(settings(strategy, seed: seed, tasks: 1), over: set, member: 0)
        }
        result.curves += try comparison.run(
          [own],
          cache: &cache,
          reward: { problem.model.predict($0.assignment) },
          progress: { _, _ in progress(contender) }
        ).curves
      }
      return BudgetResult(limit: set.budgets[0].limit, comparison: result)
    }
  }

  private func settings(
    _ strategy: RunConfiguration.Strategy,
    seed: UInt64,
    tasks: Int
  ) -> RunConfiguration {
    var result = configuration
    result.seed = seed
    result.controller.strategy = strategy
    // The length of the entropy's schedule.
    result.controller.updates = max(1, evaluations * tasks / result.controller.rollout)
    return result
  }

  private func conditioned(over sets: [FeasibleSet], seed: UInt64) throws -> Reinforce {
    let limits = sets.map { $0.budgets[0].limit }
    // The budgets themselves span the scale: over all attainable costs they lay closer together,
    // and the policy told them apart less well.
    let scale = BudgetScale((limits.min() ?? 1)...(limits.max() ?? 1))
    let tasks = zip(sets, limits).map {
      SearchTask($0, conditioning: [scale.position(of: $1)])
    }
    return try makeController(
      settings(.reinforce, seed: seed, tasks: sets.count),
      tasks: tasks,
      member: 0
    )
  }
}

extension StrategyComparison.Contender {
  /// Whether it has a policy, rather than rules.
  package var learns: Bool { [.reinforce, .ppo, .conditioned].contains(self) }
}

extension StrategyComparison {
  /// Architectures a second that a new controller samples under the first budget, one thread, in
  /// batches of `batch`: whole batches for at least half a second, after one to warm up.
  package func samplingRate(batch: Int) throws -> Double {
    let set = try problem.feasible(budget: configuration.search.budgets[0])
    let controller = try makeController(
      settings(.reinforce, seed: 0, tasks: 1),
      tasks: [SearchTask(set)],
      member: 0
    )
    let tasks = [SearchTask](repeating: SearchTask(set), count: batch)
    var stream = RandomStream(seed: 0, name: "sampling")
    _ = try controller.policy.sample(tasks, using: &stream)
    let clock = ContinuousClock()
    let start = clock.now
    var count = 0
    while clock.now - start < .milliseconds(500) {
      count += try controller.policy.sample(tasks, using: &stream).count
    }
    return Double(count) / ((clock.now - start) / .seconds(1))
  }
}
