import Decisions
import Torch

/// What every strategy keeps about its proposals: which are open, what was seen, the best so far.
struct ProposalLedger {
  private struct Key: Hashable {
    var task: Int
    var assignment: Assignment
  }

  let space: DecisionSpace
  private(set) var nextID = 0
  private var open: [Int: Proposal] = [:]
  private var seen: Set<Key> = []
  /// `seen` in the order of discovery, so that stored states do not depend on hashing.
  private var discovered: [Key] = []
  private(set) var best: Outcome?

  init(_ space: DecisionSpace) { self.space = space }

  var hasOpenProposals: Bool { !open.isEmpty }

  mutating func issue(_ assignment: Assignment, task: Int = 0) -> Proposal {
    let proposal = Proposal(id: nextID, assignment: assignment, task: task)
    nextID += 1
    open[proposal.id] = proposal
    return proposal
  }

  /// Checks all outcomes, then closes them and returns the metrics that every strategy gives.
  mutating func settle(_ outcomes: [Outcome]) throws(ControllerError) -> UpdateMetrics {
    var ids: Set<Int> = []
    for outcome in outcomes {
      let proposal = outcome.proposal
      guard open[proposal.id] == proposal, ids.insert(proposal.id).inserted else {
        throw .neverAsked(
          proposal: proposal.id,
          assignment: space.description(of: proposal.assignment)
        )
      }
      guard outcome.reward.isFinite else {
        throw .rewardNotFinite(
          reward: "\(outcome.reward)",
          assignment: space.description(of: proposal.assignment)
        )
      }
    }
    var repeated = 0
    for outcome in outcomes {
      open[outcome.proposal.id] = nil
      let key = Key(task: outcome.proposal.task, assignment: outcome.proposal.assignment)
      if seen.insert(key).inserted { discovered.append(key) } else { repeated += 1 }
      if best.map({ outcome.reward > $0.reward }) ?? true { best = outcome }
    }
    var metrics = UpdateMetrics()
    guard let best, !outcomes.isEmpty else { return metrics }
    let count = Double(outcomes.count)
    metrics["reward/mean"] = outcomes.reduce(0) { $0 + $1.reward } / count
    metrics["reward/best"] = best.reward
    metrics["policy/repeated_fraction"] = Double(repeated) / count
    return metrics
  }

  func store(in state: inout StrategyState) throws {
    func row(_ proposal: Proposal) -> [Int] {
      [proposal.id, proposal.task] + proposal.assignment.choices
    }
    try state.set("ledger/next", [nextID])
    let ordered = open.values.sorted { $0.id < $1.id }
    try state.set("ledger/open", rows: ordered.map(row), columns: space.count + 2)
    try state.set(
      "ledger/seen",
      rows: discovered.map { [$0.task] + $0.assignment.choices },
      columns: space.count + 1
    )
    try state.set(
      "ledger/best",
      rows: best.map { [row($0.proposal)] } ?? [],
      columns: space.count + 2
    )
    try state.set("ledger/best_reward", best.map { [$0.reward] } ?? [])
  }

  /// - Parameter tasks: how many tasks the strategy serves.
  mutating func restore(from state: StrategyState, tasks: Int = 1) throws {
    func assignment(_ row: ArraySlice<Int>, task: Int, _ key: String) throws -> Assignment {
      guard (0..<tasks).contains(task) else {
        throw ControllerError.invalidState(key: key, reason: "names task \(task) of \(tasks)")
      }
      return try StrategyState.assignment(row, of: space, key)
    }
    func proposals(_ key: String) throws -> [Proposal] {
      try state.rows(key, columns: space.count + 2).map { row in
        Proposal(
          id: row[0],
          assignment: try assignment(row[2...], task: row[1], key),
          task: row[1]
        )
      }
    }
    nextID = try state.counter("ledger/next")
    open = [:]
    for proposal in try proposals("ledger/open") { open[proposal.id] = proposal }
    discovered = try state.rows("ledger/seen", columns: space.count + 1).map { row in
      Key(task: row[0], assignment: try assignment(row[1...], task: row[0], "ledger/seen"))
    }
    seen = Set(discovered)
    best = try zip(proposals("ledger/best"), state.reals("ledger/best_reward"))
      .map { Outcome($0, reward: $1) }.first
  }
}
