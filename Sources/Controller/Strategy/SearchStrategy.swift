import Decisions
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

  /// Everything needed to go on bit for bit, as CPU tensors.
  func state() throws -> [String: Tensor]

  /// Takes over a state that ``state()`` of a strategy of the same configuration returned.
  ///
  /// Throws ``ControllerError/invalidState(key:reason:)`` when an entry is missing or does not fit.
  mutating func restore(_ state: [String: Tensor]) throws
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
