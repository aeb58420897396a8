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

  mutating func restore(from state: StrategyState) throws {
    func proposal(_ row: [Int]) -> Proposal {
      Proposal(id: row[0], assignment: Assignment(Array(row[2...])), task: row[1])
    }
    nextID = try state.integer("ledger/next")
    open = [:]
    for row in try state.rows("ledger/open", columns: space.count + 2) {
      open[row[0]] = proposal(row)
    }
    discovered = try state.rows("ledger/seen", columns: space.count + 1).map {
      Key(task: $0[0], assignment: Assignment(Array($0[1...])))
    }
    seen = Set(discovered)
    best = try zip(
      state.rows("ledger/best", columns: space.count + 2),
      state.reals("ledger/best_reward")
    ).map { Outcome(proposal($0), reward: $1) }.first
  }
}
