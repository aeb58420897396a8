import Controller
import Decisions
import Testing
import Torch

/// What every strategy owes, checked on the rivals. The controller's tests reuse the functions.
@Suite struct RivalTests {
  @Test func proposalsAreFeasibleAndAskEnds() throws {
    var random = stream(4)
    for seed in 0..<40 {
      let set = try randomSet(&random)
      for var strategy in try rivals(set, seed: UInt64(seed)) {
        let proposals = try play(&strategy, rounds: 25)
        #expect(proposals.allSatisfy { set.contains($0.assignment) })
        #expect(Set(proposals.map(\.id)).count == proposals.count)
      }
    }
  }

  @Test func equalSeedsGiveEqualSearches() throws {
    let set = try Small.set()
    for (first, second) in zip(try rivals(set, seed: 9), try rivals(set, seed: 9)) {
      var (first, second) = (first, second)
      #expect(try play(&first, rounds: 20) == play(&second, rounds: 20))
    }
  }

  @Test func aRestoredStrategyGoesOnExactly() throws {
    let set = try Small.set()
    for (first, second) in zip(try rivals(set, seed: 1), try rivals(set, seed: 2)) {
      try expectExactRestore(first, second)
    }
  }

  @Test func badRewardsAreRefusedAndNothingIsLearned() throws {
    for strategy in try rivals(Small.set(), seed: 1) { try expectRefusals(strategy) }
  }

  @Test func evolutionFindsAPlantedOptimum() throws {
    let set = try Small.set()
    let target = set.members()[set.members().count / 2]
    func similarity(_ assignment: Assignment) -> Double {
      Double(zip(assignment.choices, target.choices).count { $0 == $1 })
    }
    for var strategy in try rivals(set, seed: 3).dropFirst() {
      _ = try play(&strategy, rounds: 100, reward: similarity)
      let metrics = try strategy.tell([])
      #expect(metrics.entries.isEmpty)
      let last = try strategy.ask(1)
      #expect(try strategy.tell([Outcome(last[0], reward: 0)])["reward/best"] == 5)
    }
  }

  /// The population holds the youngest, not the best: an early lucky reward is forgotten.
  @Test func evolutionForgetsTheOld() throws {
    let set = try Small.set()
    var strategy = try RegularizedEvolution(
      set,
      configuration: .init(populationSize: 4, tournamentSize: 16),
      stream: stream(1)
    )
    let founders = try strategy.ask(4)
    _ = try strategy.tell(
      founders.enumerated().map { Outcome($1, reward: $0 == 0 ? 100 : 0) }
    )
    let lucky = founders[0].assignment
    // Sixteen draws of four all but always meet the lucky one, so children differ from it by one move.
    _ = try play(&strategy, rounds: 4, count: 1) { _ in 1 }
    let state = try strategy.state()
    let population = try #require(state["evolution/population"])
    #expect(population.shape == [4, 5])
    let rows = try population.array(Int.self)
    let members = (0..<4).map { Array(rows[$0 * 5..<$0 * 5 + 5]) }
    #expect(!members.contains(lucky.choices))
  }

  @Test func steepestWaitsForAllNeighboursAndTakesTheBest() throws {
    let set = try Small.set()
    var strategy = LocalSearch(set, rule: .steepest, stream: stream(6))
    let start = try strategy.ask(1)[0]
    _ = try strategy.tell([Outcome(start, reward: 0)])
    let neighbours = try strategy.ask(1000)
    for (index, proposal) in neighbours.enumerated() {
      _ = try strategy.tell([Outcome(proposal, reward: Double(index + 1))])
    }
    let state = try strategy.state()
    #expect(
      try state["local/current"]?.array(Int.self)
        == neighbours[neighbours.count - 1].assignment.choices
    )
  }

  @Test func configurationsAreChecked() throws {
    let set = try Small.set()
    #expect(throws: ControllerError.self) {
      try RegularizedEvolution(
        set,
        configuration: .init(populationSize: 0, tournamentSize: 1),
        stream: stream(1)
      )
    }
    for var strategy in try rivals(set, seed: 1) {
      #expect(throws: ControllerError.self) { try strategy.ask(0) }
    }
  }
}

/// Plays, stores between ask and tell, restores into another instance and compares what follows.
func expectExactRestore(_ first: any SearchStrategy, _ second: any SearchStrategy) throws {
  var (first, second) = (first, second)
  _ = try play(&first, rounds: 12)
  _ = try play(&second, rounds: 3)
  let open = try first.ask(2)
  let state = try first.state()
  try second.restore(state)
  for proposal in open {
    let outcome = [Outcome(proposal, reward: 0.5)]
    #expect(try first.tell(outcome) == second.tell(outcome))
  }
  #expect(try play(&first, rounds: 15) == play(&second, rounds: 15))
  let (a, b) = (try first.state(), try second.state())
  #expect(a.keys.sorted() == b.keys.sorted())
  for key in a.keys.sorted() { #expect(try a[key]?.bytes() == b[key]?.bytes(), "\(key)") }
  // Every entry is needed, and a state that lacks one changes nothing.
  for key in state.keys.sorted() {
    var damaged = state
    damaged[key] = nil
    #expect(throws: (any Error).self, "\(key)") { try second.restore(damaged) }
  }
  // Nor one with an assignment that is none: asking for its neighbours would end the process.
  for key in state.keys.sorted() {
    guard let rows = state[key], rows.rank == 2, rows.elementType == .int64, rows.count > 0 else {
      continue
    }
    var values = try rows.array(Int.self)
    values[values.count - 1] = 99
    var damaged = state
    damaged[key] = try Tensor(values, shape: rows.shape)
    #expect(throws: ControllerError.self, "\(key)") { try second.restore(damaged) }
  }
  #expect(try play(&first, rounds: 5) == play(&second, rounds: 5))
}

func expectRefusals(_ strategy: any SearchStrategy) throws {
  var strategy = strategy
  let proposals = try strategy.ask(2)
  let stranger = Proposal(id: 999, assignment: proposals[0].assignment)
  #expect(throws: ControllerError.self) { try strategy.tell([Outcome(stranger, reward: 1)]) }
  var changed = proposals[0]
  changed.assignment[0] = 77
  #expect(throws: ControllerError.self) { try strategy.tell([Outcome(changed, reward: 1)]) }
  for bad in [Double.nan, .infinity] {
    let error = #expect(throws: ControllerError.self) {
      try strategy.tell([Outcome(proposals[0], reward: 1), Outcome(proposals[1], reward: bad)])
    }
    #expect(error?.description.contains("depth=") == true)
  }
  // Nothing was closed by the refused calls; each is told once and no more.
  #expect(throws: ControllerError.self) {
    try strategy.tell([Outcome(proposals[0], reward: 1), Outcome(proposals[0], reward: 1)])
  }
  _ = try strategy.tell(proposals.map { Outcome($0, reward: 1) })
  #expect(throws: ControllerError.self) { try strategy.tell([Outcome(proposals[0], reward: 1)]) }
}
