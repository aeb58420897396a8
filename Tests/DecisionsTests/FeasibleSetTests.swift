import Decisions
import RandomStreams
import Testing

/// A random small space with conditions, a monotone cost over it and a restriction.
func randomProblem(_ stream: inout RandomStream) throws -> (
  space: DecisionSpace, table: CostTable, restriction: FeasibleSet.Restriction
) {
  let count = 1 + stream.uniform(below: 5)
  var decisions: [Decision] = []
  for index in 0..<count {
    var conditions: [Decision.Condition] = []
    if index > 0, stream.uniform() < 0.5 {
      let parent = stream.uniform(below: index)
      let choices = decisions[parent].choices.count
      conditions.append(
        .init(decision: parent, in: .atLeast(stream.uniform(below: choices), of: choices))
      )
    }
    let choices = 1 + stream.uniform(below: 3)
    decisions.append(
      Decision("d\(index)", choices: (0..<choices).map { "\($0)" }, conditions: conditions)
    )
  }
  let space = try DecisionSpace(name: "random", decisions: decisions)
  var terms: [CostTable.Term] = []
  for index in 0..<count {
    // A decision's term vanishes with it: its scope holds what it depends on, however deep.
    var scope = [index]
    while let parent = decisions[scope[0]].conditions.first?.decision {
      scope.insert(parent, at: 0)
    }
    let radices = scope.map { decisions[$0].choices.count }
    let values = (0..<radices.reduce(1, *)).map { flat -> Int in
      var rest = flat
      let choices =
        radices.reversed().map { radix -> Int in
          defer { rest /= radix }
          return rest % radix
        }.reversed() as [Int]
      for (position, decision) in scope.enumerated().dropFirst() {
        guard let condition = decisions[decision].conditions.first else { continue }
        if !condition.choices.contains(choice: choices[position - 1]) { return 0 }
      }
      return 1 + choices[choices.count - 1] * 3 + choices.dropLast().reduce(0, +)
    }
    terms.append(.init(scope: scope, values: values))
  }
  let restriction = FeasibleSet.Restriction(
    name: "containment",
    permitted: decisions.map {
      .atLeast(stream.uniform(below: $0.choices.count), of: $0.choices.count)
    }
  )
  return (space, CostTable(name: "cost", constant: 2, terms: terms), restriction)
}

/// Every canonical assignment, by brute force.
func everyAssignment(_ space: DecisionSpace) throws -> [Assignment] {
  var all: Set<Assignment> = []
  let radices = space.decisions.map(\.choices.count)
  for flat in 0..<radices.reduce(1, *) {
    var rest = flat
    let choices = radices.map { radix -> Int in
      defer { rest /= radix }
      return rest % radix
    }
    all.insert(try space.canonical(choices))
  }
  return all.sorted { $0.choices.lexicographicallyPrecedes($1.choices) }
}

@Suite struct FeasibleSetTests {
  @Test func membersEqualBruteForce() throws {
    var stream = RandomStream(seed: 5, name: "feasible")
    var nonEmpty = 0
    for _ in 0..<2000 {
      let (space, table, restriction) = try randomProblem(&stream)
      let everything = try everyAssignment(space)
      #expect(space.assignmentCount == UInt128(everything.count))
      let limit = 2 + stream.uniform(below: 25)
      let expected = everything.filter { assignment in
        table.cost(of: assignment, in: space) <= limit
          && zip(assignment.choices, restriction.permitted).allSatisfy {
            $0 < 0 || $1.contains(choice: $0)
          }
      }
      do {
        let set = try FeasibleSet(
          space,
          restrictions: [restriction],
          budgets: [.init(table, limit: limit)]
        )
        nonEmpty += 1
        #expect(set.members() == expected)
        #expect(everything.filter(set.contains) == expected)
        #expect(set.cheapest == expected[0])
      } catch {
        #expect(expected.isEmpty, "\(error)")
      }
    }
    #expect(nonEmpty > 500 && nonEmpty < 2000)
  }

  @Test func costsThatMasksCouldNotBoundAreRefused() throws {
    let space = try DecisionSpace(
      name: "s",
      decisions: [
        Decision("kind", choices: ["plain", "wide"]),
        Decision(
          "width",
          choices: ["1", "2"],
          conditions: [.init(decision: 0, in: ChoiceSet([1]))]
        ),
        Decision("odd", choices: ["1", "2"], conditions: [.init(decision: 0, in: ChoiceSet([0]))]),
      ]
    )
    func set(_ scope: [Int], _ values: [Int]) throws {
      let table = CostTable(name: "c", constant: 0, terms: [.init(scope: scope, values: values)])
      _ = try FeasibleSet(space, budgets: [.init(table, limit: 9)])
    }
    try set([0, 1], [0, 0, 1, 2])
    // The term does not hold the decision that 'width' exists under.
    #expect(throws: DecisionError.self) { try set([1], [1, 2]) }
    // 'odd' exists under the smaller choice only.
    #expect(throws: DecisionError.self) { try set([0, 2], [1, 2, 3, 3]) }
  }

  @Test func conflictsAreNamed() throws {
    let space = try DecisionSpace(
      name: "s",
      decisions: [Decision("width", choices: ["1", "2", "3"])]
    )
    let table = CostTable(
      name: "MACs",
      constant: 10,
      terms: [.init(scope: [0], values: [1, 2, 3])]
    )
    #expect(
      throws: DecisionError.emptyFeasibleSet(
        space: "s",
        reasons: ["MACs <= 5 is below the least attainable, 11"]
      )
    ) { try FeasibleSet(space, budgets: [.init(table, limit: 5)]) }
    let large = FeasibleSet.Restriction(name: "containment of 'A'", permitted: [ChoiceSet([2])])
    #expect(
      throws: DecisionError.emptyFeasibleSet(
        space: "s",
        reasons: ["MACs <= 12 is below the least attainable, 13, under containment of 'A'"]
      )
    ) { try FeasibleSet(space, restrictions: [large], budgets: [.init(table, limit: 12)]) }
    let small = FeasibleSet.Restriction(name: "a cap", permitted: [ChoiceSet([0])])
    #expect(
      throws: DecisionError.emptyFeasibleSet(
        space: "s",
        reasons: ["containment of 'A' and a cap leave no choice for the decision 'width'"]
      )
    ) { try FeasibleSet(space, restrictions: [large, small]) }
  }

  @Test func monotoneEnvelopeIsTheLeastOneAbove() throws {
    let space = try DecisionSpace(
      name: "s",
      decisions: [Decision("a", choices: ["0", "1"]), Decision("b", choices: ["0", "1", "2"])]
    )
    let noisy = CostTable(
      name: "latency",
      constant: 0,
      terms: [.init(scope: [0, 1], values: [5, 4, 6, 3, 9, 7])]
    )
    #expect(throws: DecisionError.self) {
      try FeasibleSet(space, budgets: [.init(noisy, limit: 9)])
    }
    #expect(noisy.monotoneEnvelope(in: space).terms[0].values == [5, 5, 6, 5, 9, 9])
  }
}
