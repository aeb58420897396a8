import Decisions
import RandomStreams
import Torch

/// A search over categorical decisions, driven from outside: ask for proposals, evaluate them in
/// whatever way and order suits, tell the rewards.
///
/// ```swift
/// let proposals = try strategy.ask(strategy.rolloutSize)
/// let outcomes = proposals.map { Outcome($0, reward: measure($0.assignment)) }
/// let metrics = try strategy.tell(outcomes)
/// ```
///
/// Greater rewards are better. Every strategy draws from its own ``RandomStreams/RandomStream``,
/// so equal seeds and equal rewards give equal searches, bit for bit.
public protocol SearchStrategy {
  /// How many proposals per `ask` serve this strategy best.
  var rolloutSize: Int { get }

  /// At least one and at most `count` proposals, all feasible. `count` must be positive, or
  /// ``ControllerError/invalidConfiguration(name:reason:)`` is thrown.
  mutating func ask(_ count: Int) throws -> [Proposal]

  /// Learns from rewards. Proposals may be told in any order and grouping, each once; those never
  /// told are never learned from.
  ///
  /// Throws ``ControllerError/neverAsked(proposal:assignment:)`` or
  /// ``ControllerError/rewardNotFinite(reward:assignment:)``; then nothing has been learned.
  mutating func tell(_ outcomes: [Outcome]) throws -> UpdateMetrics

  /// At most `count` assignments that the search has come to prefer, for a final choice: draws from
  /// what was learned, the most probable one among them. Draws follow from `stream` and change nothing.
  /// None where a strategy has learned no distribution: then all it has to give is what it has seen.
  func finalSamples(_ count: Int, stream: RandomStream) throws -> [Assignment]

  /// Begins with what another search of the same kind had learned by the time of `state`, if this kind
  /// of strategy learns something that carries over.
  ///
  /// Throws ``ControllerError/invalidState(key:reason:)`` for a state that does not fit; then nothing
  /// has changed.
  mutating func adoptPolicy(of state: [String: Tensor]) throws

  /// Everything needed to go on bit for bit, as CPU tensors.
  func state() throws -> [String: Tensor]

  /// Takes over a state that ``state()`` of a strategy of the same configuration returned.
  ///
  /// Throws ``ControllerError/invalidState(key:reason:)`` when an entry is missing or does not fit.
  mutating func restore(_ state: [String: Tensor]) throws
}

extension SearchStrategy {
  public func finalSamples(_ count: Int, stream: RandomStream) throws -> [Assignment] { [] }
  public mutating func adoptPolicy(of state: [String: Tensor]) throws {}

  /// One round: asks for at most `count` proposals, has them evaluated together, and tells the rewards,
  /// which `rewards` gives in the order of the proposals.
  public mutating func round(
    _ count: Int,
    rewards: (_ proposals: [Proposal]) throws -> [Double]
  ) throws -> SearchRound {
    let proposals = try ask(count)
    let outcomes = zip(proposals, try rewards(proposals)).map { Outcome($0, reward: $1) }
    return SearchRound(outcomes: outcomes, metrics: try tell(outcomes))
  }
}

/// What one round of a search evaluated, and what the strategy reports of its update.
public struct SearchRound: Sendable {
  public var outcomes: [Outcome]
  public var metrics: UpdateMetrics
}

/// One assignment a strategy wants evaluated.
public struct Proposal: Sendable, Hashable {
  /// Running number within its strategy.
  public var id: Int
  public var assignment: Assignment
  /// Which of the strategy's tasks it is for; 0 unless the strategy serves several.
  public var task: Int

  public init(id: Int, assignment: Assignment, task: Int = 0) {
    self.id = id
    self.assignment = assignment
    self.task = task
  }
}

/// A proposal and what it earned.
public struct Outcome: Sendable, Hashable {
  public var proposal: Proposal
  public var reward: Double

  public init(_ proposal: Proposal, reward: Double) {
    self.proposal = proposal
    self.reward = reward
  }
}
