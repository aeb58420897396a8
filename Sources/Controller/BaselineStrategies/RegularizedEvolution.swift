import Decisions
import RandomStreams
import Torch

/// Evolution with an ageing population (Real, Aggarwal, Huang, Le, "Regularized evolution for image
/// classifier architecture search", AAAI 2019).
///
/// Starts from uniform members. Then each proposal is a mutation of the best of `tournamentSize`
/// individuals drawn with replacement from the population; each told child enters the population
/// and the oldest individual leaves it. Mutations change one decision and stay feasible (see
/// ``Decisions/FeasibleSet/mutation(of:using:)``).
public struct RegularizedEvolution: SearchStrategy {
  public struct Configuration: Sendable, Hashable {
    /// The paper has 100 for 20,000 evaluations; the default is ours, the best of three at 500.
    public var populationSize = 30
    /// The paper has 25.
    public var tournamentSize = 15

    public init() {}
    public init(populationSize: Int, tournamentSize: Int) {
      self.populationSize = populationSize
      self.tournamentSize = tournamentSize
    }
  }

  private struct Individual {
    var assignment: Assignment
    var reward: Double
  }

  public let configuration: Configuration
  public var rolloutSize: Int { 1 }
  private let set: FeasibleSet
  private let sampler: UniformSampler
  private var stream: RandomStream
  private var ledger: ProposalLedger
  /// Oldest first.
  private var population: [Individual] = []
  /// How many random members were proposed to fill the first population.
  private var founders = 0

  public init(
    _ set: FeasibleSet,
    configuration: Configuration = .init(),
    stream: RandomStream
  ) throws {
    try requirePositive(configuration.populationSize, "the population size")
    try requirePositive(configuration.tournamentSize, "the tournament size")
    self.set = set
    self.configuration = configuration
    self.stream = stream
    sampler = UniformSampler(set)
    ledger = ProposalLedger(set.space)
  }

  public mutating func ask(_ count: Int) throws -> [Proposal] {
    try requirePositive(count, "the number of proposals asked for")
    return (0..<count).map { _ in ledger.issue(next()) }
  }

  private mutating func next() -> Assignment {
    // Founders that were never told are replaced by further random members.
    guard founders >= configuration.populationSize, var parent = population.first else {
      founders += 1
      return sampler.draw(using: &stream)
    }
    for round in 0..<configuration.tournamentSize {
      let contestant = population[stream.uniform(below: population.count)]
      if round == 0 || contestant.reward > parent.reward { parent = contestant }
    }
    return set.mutation(of: parent.assignment, using: &stream)
  }

  public mutating func tell(_ outcomes: [Outcome]) throws -> UpdateMetrics {
    let metrics = try ledger.settle(outcomes)
    population += outcomes.map {
      Individual(assignment: $0.proposal.assignment, reward: $0.reward)
    }
    population.removeFirst(max(0, population.count - configuration.populationSize))
    return metrics
  }

  public func state() throws -> [String: Tensor] {
    var state = StrategyState()
    try ledger.store(in: &state)
    try state.set("stream", stream)
    try state.set("evolution/founders", [founders])
    try state.set(
      "evolution/population",
      rows: population.map(\.assignment.choices),
      columns: set.space.count
    )
    try state.set("evolution/rewards", population.map(\.reward))
    return state
  }

  public mutating func restore(_ state: [String: Tensor]) throws {
    var restored = self
    try restored.ledger.restore(from: state)
    restored.stream = try state.stream("stream")
    restored.founders = try state.counter("evolution/founders")
    let members = try state.assignments("evolution/population", of: set.space)
    let rewards = try state.reals("evolution/rewards", count: members.count)
    restored.population = zip(members, rewards).map {
      Individual(assignment: $0, reward: $1)
    }
    self = restored
  }
}
