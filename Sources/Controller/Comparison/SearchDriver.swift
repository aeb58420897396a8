import Decisions

/// Rewards by task and assignment, so that nothing is evaluated twice. Share one between the
/// strategies and seeds of a comparison; it never hands a strategy anything it did not propose.
public struct RewardCache: Sendable {
  private struct Key: Hashable {
    var task: Int
    var assignment: Assignment
  }
  private var rewards: [Key: Double] = [:]

  public init() {}

  public var count: Int { rewards.count }

  public mutating func reward(
    of proposal: Proposal,
    otherwise evaluate: (Proposal) throws -> Double
  ) rethrows -> Double {
    let key = Key(task: proposal.task, assignment: proposal.assignment)
    if let known = rewards[key] { return known }
    let reward = try evaluate(proposal)
    rewards[key] = reward
    return reward
  }
}

/// Runs a strategy for a number of *distinct* evaluations.
///
/// Proposing something again costs nothing and earns the same reward again. A strategy that keeps
/// repeating itself (its policy has converged, or the set has no more members) is stopped after
/// `patience` proposals in a row without a new one.
public struct SearchDriver: Sendable {
  public var evaluations: Int
  public var patience: Int

  public init(evaluations: Int, patience: Int = 1000) {
    self.evaluations = evaluations
    self.patience = patience
  }

  /// `reward` is called at most once per assignment and task, over all runs that share `cache`.
  public func run<Strategy: SearchStrategy>(
    _ strategy: inout Strategy,
    cache: inout RewardCache,
    reward: (Proposal) throws -> Double
  ) throws -> SearchTrace {
    var trace = SearchTrace()
    var tasks: [Int: Set<Assignment>] = [:]
    var stale = 0
    let clock = ContinuousClock()
    while trace.evaluations.count < evaluations, stale < patience {
      let remaining = evaluations - trace.evaluations.count
      let began = clock.now
      var evaluating = Duration.zero
      let round = try strategy.round(min(strategy.rolloutSize, remaining)) { proposals in
        let asked = clock.now
        defer { evaluating = clock.now - asked }
        return try proposals.map { try cache.reward(of: $0, otherwise: reward) }
      }
      trace.strategyTime += clock.now - began - evaluating
      trace.updates.append(round.metrics)
      for outcome in round.outcomes {
        let proposal = outcome.proposal
        if tasks[proposal.task, default: []].insert(proposal.assignment).inserted {
          trace.record(outcome)
          stale = 0
        } else {
          stale += 1
        }
      }
    }
    trace.isExhausted = trace.evaluations.count < evaluations
    return trace
  }
}

/// What a run of a strategy did.
public struct SearchTrace: Sendable {
  /// The distinct evaluations, in order.
  public private(set) var evaluations: [Outcome] = []
  /// The greatest reward of the first `n + 1` evaluations, of whatever task.
  public private(set) var bestSoFar: [Double] = []
  public internal(set) var updates: [UpdateMetrics] = []
  /// Whether the strategy was stopped because it only repeated itself.
  public internal(set) var isExhausted = false
  /// Time spent in the strategy itself.
  public internal(set) var strategyTime: Duration = .zero

  /// The greatest reward of one task after each `step` distinct evaluations of all tasks; NaN
  /// before its first.
  func bestSoFar(of task: Int, every step: Int) -> [Double] {
    var best = Double.nan
    var result: [Double] = []
    for (index, outcome) in evaluations.enumerated() {
      if outcome.proposal.task == task, !(outcome.reward <= best) { best = outcome.reward }
      if (index + 1) % step == 0 { result.append(best) }
    }
    return result
  }

  mutating func record(_ outcome: Outcome) {
    evaluations.append(outcome)
    bestSoFar.append(max(bestSoFar.last ?? outcome.reward, outcome.reward))
  }
}
