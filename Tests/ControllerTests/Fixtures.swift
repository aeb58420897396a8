import Controller
import Decisions
import Foundation
import RandomStreams
import Testing
import Torch

/// Five decisions, two of them conditional, and a monotone cost: small enough to enumerate.
enum Small {
  static func space() throws -> DecisionSpace {
    try DecisionSpace(
      name: "small",
      decisions: [
        Decision("depth", choices: ["1", "2", "3"]),
        Decision("width1", choices: ["a", "b"]),
        Decision(
          "width2",
          choices: ["a", "b", "c"],
          conditions: [.init(decision: 0, in: .atLeast(1, of: 3))]
        ),
        Decision(
          "width3",
          choices: ["a", "b", "c"],
          conditions: [.init(decision: 0, in: .atLeast(2, of: 3))]
        ),
        Decision("last", choices: ["x", "y", "z", "w"]),
      ]
    )
  }

  static func cost() -> CostTable {
    CostTable(
      name: "cost",
      constant: 1,
      terms: [
        .init(scope: [0], values: [0, 2, 4]), .init(scope: [1], values: [0, 3]),
        .init(scope: [0, 2], values: [0, 0, 0, 1, 2, 4, 1, 2, 5]),
        .init(scope: [0, 3], values: [0, 0, 0, 0, 0, 0, 0, 1, 3]),
        .init(scope: [4], values: [0, 1, 2, 4]),
      ]
    )
  }

  static func set(budget: Int? = 10, restricted: Bool = true) throws -> FeasibleSet {
    let space = try space()
    var permitted = space.decisions.map { ChoiceSet.all($0.choices.count) }
    permitted[4] = ChoiceSet([0, 1, 3])
    return try FeasibleSet(
      space,
      restrictions: restricted ? [.init(name: "no z", permitted: permitted)] : [],
      budgets: budget.map { [.init(cost(), limit: $0)] } ?? []
    )
  }
}

/// A random space with conditions, under a random restriction and a random monotone budget.
func randomSet(_ stream: inout RandomStream) throws -> FeasibleSet {
  var decisions: [Decision] = []
  for index in 0..<1 + stream.uniform(below: 8) {
    var conditions: [Decision.Condition] = []
    let parent = index > 0 ? stream.uniform(below: index) : 0
    // Conditions of depth one, so that a decision and its condition are a whole scope.
    if index > 0, stream.uniform() < 0.7, decisions[parent].conditions.isEmpty {
      let choices = decisions[parent].choices.count
      conditions = [
        .init(decision: parent, in: .atLeast(stream.uniform(below: choices), of: choices))
      ]
    }
    let count = 1 + stream.uniform(below: 4)
    decisions.append(
      Decision("d\(index)", choices: (0..<count).map { "\($0)" }, conditions: conditions)
    )
  }
  let space = try DecisionSpace(name: "random", decisions: decisions)
  let terms = space.decisions.indices.map { index in
    // A term that vanishes with its decision has the decision's condition in its scope.
    let condition = space.decisions[index].conditions.first
    let radix = space.decisions[index].choices.count
    var value = 0
    let own = (0..<radix).map { _ in
      value += 1 + stream.uniform(below: 4)
      return value
    }
    guard let condition else { return CostTable.Term(scope: [index], values: own) }
    let parents = space.decisions[condition.decision].choices.indices
    return CostTable.Term(
      scope: [condition.decision, index],
      values: parents.flatMap { parent in
        condition.choices.contains(choice: parent) ? own : own.map { _ in 0 }
      }
    )
  }
  let table = CostTable(name: "cost", constant: 0, terms: terms)
  let permitted = space.decisions.map { decision in
    ChoiceSet.atLeast(
      stream.uniform() < 0.3 ? stream.uniform(below: decision.choices.count) : 0,
      of: decision.choices.count
    )
  }
  let restriction = FeasibleSet.Restriction(name: "random", permitted: permitted)
  let cheapest = try FeasibleSet(space, restrictions: [restriction]).cheapest
  return try FeasibleSet(
    space,
    restrictions: [restriction],
    budgets: [
      .init(table, limit: table.cost(of: cheapest, in: space) + stream.uniform(below: 12))
    ]
  )
}

/// Deterministic, different for every assignment.
func arbitraryReward(_ assignment: Assignment) -> Double {
  var hash: UInt64 = 17
  for choice in assignment.choices { hash = hash &* 31 &+ UInt64(choice + 2) }
  return RandomStream(seed: hash, name: "reward").substream(0).firstUniform
}

extension RandomStream {
  var firstUniform: Double {
    var copy = self
    return copy.uniform()
  }
}

/// Asks and tells `rounds` times; returns everything proposed.
func play(
  _ strategy: inout some SearchStrategy,
  rounds: Int,
  count: Int = 3,
  reward: (Assignment) -> Double = arbitraryReward
) throws -> [Proposal] {
  try (0..<rounds).flatMap { _ in
    let proposals = try strategy.ask(count)
    _ = try strategy.tell(proposals.map { Outcome($0, reward: reward($0.assignment)) })
    return proposals
  }
}

func stream(_ seed: UInt64) -> RandomStream { RandomStream(seed: seed, name: "test") }

/// All three rivals on a set.
func rivals(_ set: FeasibleSet, seed: UInt64) throws -> [any SearchStrategy] {
  [
    RandomSearch(set, stream: stream(seed)),
    try RegularizedEvolution(
      set,
      configuration: .init(populationSize: 8, tournamentSize: 3),
      stream: stream(seed)
    ),
    LocalSearch(set, stream: stream(seed)),
    LocalSearch(set, rule: .steepest, stream: stream(seed)),
  ]
}
