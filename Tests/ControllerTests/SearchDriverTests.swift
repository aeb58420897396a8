import Controller
import Decisions
import Statistics
import Testing

@Suite struct SearchDriverTests {
  @Test func distinctEvaluationsAreCountedAndCached() throws {
    let set = try Small.set()
    var cache = RewardCache()
    var calls: [Assignment] = []
    for seed in 0..<3 {
      var strategy = RandomSearch(set, stream: stream(UInt64(seed)))
      let trace = try SearchDriver(evaluations: 20).run(&strategy, cache: &cache) {
        calls.append($0.assignment)
        return arbitraryReward($0.assignment)
      }
      let found = trace.evaluations.map(\.proposal.assignment)
      #expect(found.count == 20 && Set(found).count == 20)
      #expect(!trace.isExhausted)
      #expect(trace.bestSoFar.last == trace.evaluations.map(\.reward).max())
      #expect(zip(trace.bestSoFar, trace.bestSoFar.dropFirst()).allSatisfy { $0 <= $1 })
    }
    #expect(Set(calls).count == calls.count)
    #expect(cache.count == calls.count)
  }

  @Test func aSearchOfEverythingEnds() throws {
    let set = try Small.set(budget: 4)
    let members = set.members().count
    for var strategy in try rivals(set, seed: 2) {
      var cache = RewardCache()
      let trace = try SearchDriver(evaluations: members + 1, patience: 500).run(
        &strategy,
        cache: &cache
      ) { arbitraryReward($0.assignment) }
      #expect(trace.evaluations.count == members)
      #expect(trace.isExhausted)
    }
  }

  @Test func comparisonsSummariseSeeds() throws {
    let set = try Small.set()
    let contenders: [Comparison.Contender] = [
      .init("random") { RandomSearch(set, stream: stream($0)) },
      .init("local") { LocalSearch(set, stream: stream($0)) },
    ]
    let result = try Comparison(evaluations: 15, seeds: 0..<4).run(contenders) {
      arbitraryReward($0.assignment)
    }
    #expect(result.curves.map(\.name) == ["random", "local"])
    let random = result.curves[0]
    #expect(random.best.count == 4 && random.summary.count == 15)
    #expect(abs(random.summary[14].mean - random.finals.reduce(0, +) / 4) < 1e-12)
    #expect(result.difference("random", minus: "random")?.mean == 0)
    #expect(result.difference("random", minus: "nobody") == nil)
    let table = result.table(at: [5, 15, 99])
    #expect(table[0] == ["strategy", "after 5", "after 15", "ended early"])
    #expect(table.count == 3 && table[1][3] == "0/4")
    let rows = result.rows()
    #expect(rows.count == 31 && rows.allSatisfy { $0.count == 9 })
    #expect(throws: ControllerError.self) {
      try Comparison(evaluations: 15, seeds: []).run(contenders) { _ in 0 }
    }
  }

  /// One contender for two tasks, whose rewards differ by 10: its evaluations are those of two
  /// searches together, and no curve shows the other task's rewards.
  @Test func jointRunsGiveACurvePerTask() throws {
    let sets = [try Small.set(), try Small.set(budget: 7)]
    var configuration = Reinforce.Configuration()
    configuration.policy.hiddenSize = 8
    configuration.policy.conditioningSize = 1
    var cache = RewardCache()
    func run(evaluations: Int) throws -> [ComparisonCurve] {
      try Comparison(evaluations: evaluations, seeds: 0..<3, patience: 200).runJointly(
        .init("both") { seed in
          try Reinforce(
            sets.enumerated().map { SearchTask($1, conditioning: [Double($0)]) },
            configuration: configuration,
            stream: stream(seed)
          )
        },
        tasks: 2,
        cache: &cache,
        reward: { arbitraryReward($0.assignment) + 10 * Double($0.task) }
      )
    }
    let curves = try run(evaluations: 12)
    #expect(curves.map(\.name) == ["both", "both"])
    for (task, curve) in curves.enumerated() {
      #expect(curve.best.count == 3 && curve.best.allSatisfy { $0.count == 12 })
      #expect(curve.summary.count == 12 && curve.exhaustedRuns == 0)
      for best in curve.best {
        #expect(best.allSatisfy { Int($0 / 10) == task })
        #expect(best == best.sorted())
      }
    }
    // More evaluations than members: the best of each task is found, and the run ends.
    let members = sets.map { $0.members() }
    let all = try run(evaluations: members[0].count + members[1].count)
    for (task, curve) in all.enumerated() {
      #expect(curve.exhaustedRuns == 3)
      let greatest = members[task].map(arbitraryReward).max() ?? 0
      #expect(curve.finals.allSatisfy { $0 <= greatest + 10 * Double(task) + 1e-12 })
    }
    #expect(throws: ControllerError.self) {
      try Comparison(evaluations: 5, seeds: 0..<1).runJointly(
        .init("none") { RandomSearch(sets[0], stream: stream($0)) },
        tasks: 0,
        cache: &cache,
        reward: { _ in 0 }
      )
    }
  }
}
