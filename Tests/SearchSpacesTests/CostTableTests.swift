import Decisions
import RandomStreams
import SearchSpaces
import Testing

@Suite struct CostTableTests {
  /// The sum of terms equals the count from the description.
  @Test func tablesAreExact() throws {
    for (index, space) in try everySpace().enumerated() {
      var stream = RandomStream(seed: 1, name: "tables").substream(UInt64(index))
      let all = try FeasibleSet(space.decisions)
      let tables = try NetworkCost.allCases.map { try space.costTable($0) }
      let samples = (0..<250).map { _ in randomMember(all, &stream) }
      for architecture in samples + [space.smallest, space.largest] {
        let network = try space.network(architecture)
        #expect(tables[0].cost(of: architecture, in: space.decisions) == (try network.macs()))
        #expect(tables[1].cost(of: architecture, in: space.decisions) == network.parameters)
      }
    }
  }

  /// A budget mask accepts the tables, which it does only if they are monotone, and bounds costs.
  @Test func tablesMaskASearch() throws {
    for (index, space) in try everySpace().enumerated() {
      var stream = RandomStream(seed: 2, name: "budgets").substream(UInt64(index))
      let macs = try space.costTable(.macs)
      let parameters = try space.costTable(.parameters)
      let range = space.attainable(macs)
      let limit = (range.lowerBound * 2 + range.upperBound) / 3
      let set = try FeasibleSet(
        space.decisions,
        budgets: [
          .init(macs, limit: limit),
          .init(parameters, limit: space.attainable(parameters).upperBound),
        ]
      )
      for _ in 0..<20 {
        let network = try space.network(randomMember(set, &stream))
        #expect(try network.macs() <= limit)
      }
      #expect(throws: DecisionError.self) {
        try FeasibleSet(space.decisions, budgets: [.init(macs, limit: range.lowerBound - 1)])
      }
      #expect(set.cheapest.choices.filter { $0 > 0 }.isEmpty)
    }
  }

  @Test func termsHaveFewDecisions() throws {
    for space in try everySpace() {
      for term in try space.costTable(.macs).terms { #expect(term.scope.count <= 5) }
      // The resolution changes no parameter.
      if let resolution = space.input.resolution.decision {
        let terms = try space.costTable(.parameters).terms
        #expect(terms.allSatisfy { !$0.scope.contains(resolution) })
      }
    }
  }
}
