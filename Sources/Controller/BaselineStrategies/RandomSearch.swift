import Decisions
import RandomStreams
import Torch

/// Uniform random search: the baseline that every other strategy must beat.
///
/// Draws with replacement; see ``UniformSampler`` for the exact distribution.
public struct RandomSearch: SearchStrategy {
  public var rolloutSize: Int { 1 }
  private let sampler: UniformSampler
  private var stream: RandomStream
  private var ledger: ProposalLedger

  public init(_ set: FeasibleSet, stream: RandomStream) {
    sampler = UniformSampler(set)
    ledger = ProposalLedger(set.space)
    self.stream = stream
  }

  public mutating func ask(_ count: Int) throws -> [Proposal] {
    try requirePositive(count, "the number of proposals asked for")
    return (0..<count).map { _ in ledger.issue(sampler.draw(using: &stream)) }
  }

  public mutating func tell(_ outcomes: [Outcome]) throws -> UpdateMetrics {
    try ledger.settle(outcomes)
  }

  public func state() throws -> [String: Tensor] {
    var state = StrategyState()
    try ledger.store(in: &state)
    try state.set("stream", stream)
    return state
  }

  public mutating func restore(_ state: [String: Tensor]) throws {
    var restored = self
    try restored.ledger.restore(from: state)
    restored.stream = try state.stream("stream")
    self = restored
  }
}

func requirePositive(_ value: Int, _ name: String) throws(ControllerError) {
  guard value > 0 else {
    throw .invalidConfiguration(name: name, reason: "is \(value); it must be positive")
  }
}
