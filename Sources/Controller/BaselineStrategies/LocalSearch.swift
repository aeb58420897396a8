import Decisions
import RandomStreams
import Torch

/// Hill climbing over neighbours that differ in one decision, restarted at a uniform member when
/// no neighbour is better.
///
/// Neighbours are proposed in random order. With `firstImprovement` any told reward above that of
/// the present place moves the search there at once; with `steepest` all neighbours are awaited and
/// the best one is taken if it is better. What follows from a changed decision is repaired along the
/// masks (see ``Decisions/FeasibleSet/neighbours(of:using:)``). While the last neighbours are out for
/// evaluation, uniform members are proposed; a restart waits until every proposal has been told.
public struct LocalSearch: SearchStrategy {
  public enum Rule: String, Sendable, Hashable, Codable { case firstImprovement, steepest }

  public let rule: Rule
  public var rolloutSize: Int { 1 }
  private let set: FeasibleSet
  private let sampler: UniformSampler
  private var stream: RandomStream
  private var ledger: ProposalLedger
  private var current: (assignment: Assignment, reward: Double)?
  /// The best neighbour told since the last move.
  private var candidate: (assignment: Assignment, reward: Double)?
  /// Neighbours of `current` not yet proposed, next one last.
  private var untried: [Assignment] = []

  public init(_ set: FeasibleSet, rule: Rule = .firstImprovement, stream: RandomStream) {
    self.set = set
    self.rule = rule
    self.stream = stream
    sampler = UniformSampler(set)
    ledger = ProposalLedger(set.space)
  }

  public mutating func ask(_ count: Int) throws -> [Proposal] {
    try requirePositive(count, "the number of proposals asked for")
    if untried.isEmpty, !ledger.hasOpenProposals { current = nil }
    guard !untried.isEmpty else {
      // A restart, or all neighbours are out for evaluation: look elsewhere meanwhile.
      return (0..<count).map { _ in ledger.issue(sampler.draw(using: &stream)) }
    }
    return (0..<min(count, untried.count)).map { _ in ledger.issue(untried.removeLast()) }
  }

  public mutating func tell(_ outcomes: [Outcome]) throws -> UpdateMetrics {
    let metrics = try ledger.settle(outcomes)
    for outcome in outcomes where candidate.map({ outcome.reward > $0.reward }) ?? true {
      candidate = (outcome.proposal.assignment, outcome.reward)
    }
    let awaited = rule == .steepest && (ledger.hasOpenProposals || !untried.isEmpty)
    if let candidate, !awaited, current.map({ candidate.reward > $0.reward }) ?? true {
      current = candidate
      untried = set.neighbours(of: candidate.assignment, using: &stream)
      stream.shuffle(&untried)
    }
    if !awaited { candidate = nil }
    return metrics
  }

  public func state() throws -> [String: Tensor] {
    var state = StrategyState()
    try ledger.store(in: &state)
    try state.set("stream", stream)
    for (name, place) in [("current", current), ("candidate", candidate)] {
      try state.set(
        "local/\(name)",
        rows: place.map { [$0.assignment.choices] } ?? [],
        columns: set.space.count
      )
      try state.set("local/\(name)_reward", place.map { [$0.reward] } ?? [])
    }
    try state.set("local/untried", rows: untried.map(\.choices), columns: set.space.count)
    return state
  }

  public mutating func restore(_ state: [String: Tensor]) throws {
    func place(_ name: String) throws -> (assignment: Assignment, reward: Double)? {
      let places = try state.assignments("local/\(name)", of: set.space)
      let rewards = try state.reals("local/\(name)_reward", count: places.count)
      return zip(places, rewards).map { ($0, $1) }.first
    }
    var restored = self
    try restored.ledger.restore(from: state)
    restored.stream = try state.stream("stream")
    restored.current = try place("current")
    restored.candidate = try place("candidate")
    restored.untried = try state.assignments("local/untried", of: set.space)
    self = restored
  }
}
