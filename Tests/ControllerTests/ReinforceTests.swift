import Controller
import Decisions
import Foundation
import Testing
import Torch

@Suite struct ReinforceTests {
  private func configuration(
    _ change: (inout Reinforce.Configuration) -> Void = { _ in }
  ) -> Reinforce.Configuration {
    var configuration = Reinforce.Configuration()
    configuration.policy.hiddenSize = 12
    configuration.policy.embeddingSize = 6
    configuration.learningRate = 0.02
    configuration.entropyWeight = .constant(0)
    change(&configuration)
    return configuration
  }

  /// Updates on `reward` and returns the last metrics.
  @discardableResult
  private func learn(
    _ controller: Reinforce,
    updates: Int,
    reward: (Proposal) -> Double
  ) throws -> UpdateMetrics {
    var metrics = UpdateMetrics()
    for _ in 0..<updates {
      let proposals = try controller.ask(controller.rolloutSize)
      metrics = try controller.tell(proposals.map { Outcome($0, reward: reward($0)) })
    }
    return metrics
  }

  /// Every way of learning leaves the arm that pays least and comes to the one that pays most.
  @Test(arguments: [0, 1, 2, 3, 4])
  func banditsAreLearnedWithTheRightSign(variant: Int) throws {
    let space = try DecisionSpace(
      name: "bandit",
      decisions: [Decision("arm", choices: ["a", "b", "c", "d"])]
    )
    let set = try FeasibleSet(space)
    let controller = try Reinforce(
      set,
      configuration: configuration {
        $0.baseline = [.none, .movingAverage(decay: 0.9), .leaveOneOut][variant % 3]
        $0.normalization = [.none, .running(decay: 0.9), .batch, .none, .batch][variant]
        $0.proximal = variant >= 3 ? .init() : nil
        $0.rolloutSize = 16
      },
      stream: stream(UInt64(variant))
    )
    func probability(_ arm: Int) throws -> Double {
      exp(try controller.policy.logProbabilities([(Assignment([arm]), SearchTask(set))])[0])
    }
    // All rewards are negative: without a baseline, all that was drawn is discouraged.
    let pay = [-0.4, -1.0, -0.1, -0.7]
    try learn(controller, updates: 60) { pay[$0.assignment[0]] }
    #expect(try probability(1) < 0.1)
    #expect(try probability(2) > 0.5)
  }

  @Test func aPlantedOptimumIsFoundUnderMasksAndConditions() throws {
    let set = try Small.set()
    let target = Assignment([2, 0, 1, 1, 1])
    try #require(set.contains(target))
    let controller = try Reinforce(set, configuration: configuration(), stream: stream(3))
    let metrics = try learn(controller, updates: 80) { proposal in
      Double(zip(proposal.assignment.choices, target.choices).count { $0 == $1 })
    }
    var unused = stream(0)
    #expect(
      try controller.policy.sample([SearchTask(set)], rule: .greedy, using: &unused) == [target]
    )
    #expect(controller.best?.proposal.assignment == target)
    #expect(try #require(metrics["policy/probability_of_best"]) > 0.8)
  }

  @Test func entropyFallsAsThePolicyDecidesAndRisesWithItsWeight() throws {
    let set = try Small.set()
    func entropies(weight: Double) throws -> (first: Double, last: Double) {
      let controller = try Reinforce(
        set,
        configuration: configuration { $0.entropyWeight = .constant(weight) },
        stream: stream(5)
      )
      let first = try learn(controller, updates: 1) { arbitraryReward($0.assignment) }
      let last = try learn(controller, updates: 80) { arbitraryReward($0.assignment) }
      return (try #require(first["policy/entropy"]), try #require(last["policy/entropy"]))
    }
    let plain = try entropies(weight: 0)
    #expect(plain.last < 0.5 * plain.first)
    #expect(try entropies(weight: 3).last > 0.8 * plain.first)
  }

  @Test func everyMetricIsGiven() throws {
    let set = try Small.set()
    let controller = try Reinforce(set, configuration: configuration(), stream: stream(1))
    let metrics = try learn(controller, updates: 2) { arbitraryReward($0.assignment) }
    #expect(
      metrics.entries.map(\.name) == [
        "reward/mean", "reward/best", "policy/repeated_fraction", "reward/baseline",
        "advantage/deviation", "policy/entropy_weight", "policy/gradient_norm", "policy/entropy",
        "policy/entropy/depth", "policy/entropy/width1", "policy/entropy/width2",
        "policy/entropy/width3", "policy/entropy/last", "policy/probability_of_best",
      ]
    )
    #expect(metrics.entries.allSatisfy { $0.value.isFinite })
    #expect(try controller.tell([]).entries.isEmpty)
  }

  /// Ten proposals of two kinds: at least eight repeat.
  @Test func repetitionsAreCounted() throws {
    let set = try FeasibleSet(
      DecisionSpace(name: "two", decisions: [Decision("a", choices: ["0", "1"])])
    )
    let controller = try Reinforce(set, configuration: configuration(), stream: stream(1))
    let first = try learn(controller, updates: 1) { _ in 1 }
    #expect(try #require(first["policy/repeated_fraction"]) >= 0.8)
    #expect(try learn(controller, updates: 3) { _ in 1 }["policy/repeated_fraction"] == 1)
  }

  @Test func equalSeedsGiveEqualSearchesBitForBit() throws {
    let set = try Small.set()
    var searches = try (0..<2).map { _ in
      try Reinforce(set, configuration: configuration(), stream: stream(8))
    }
    #expect(try play(&searches[0], rounds: 10) == play(&searches[1], rounds: 10))
    let (a, b) = (try searches[0].state(), try searches[1].state())
    for key in a.keys.sorted() { #expect(try a[key]?.bytes() == b[key]?.bytes(), "\(key)") }
  }

  @Test(arguments: [false, true])
  func aRestoredControllerGoesOnExactly(proximal: Bool) throws {
    let set = try Small.set()
    let configuration = configuration {
      $0.entropyWeight = .init(from: 0.1, to: 0, over: 20)
      $0.proximal = proximal ? .init(epochs: 2) : nil
    }
    try expectExactRestore(
      Reinforce(set, configuration: configuration, stream: stream(1)),
      Reinforce(set, configuration: configuration, stream: stream(2))
    )
  }

  /// Only PPO moves the policy between the epochs of one rollout. With small steps the divergence is
  /// half the variance of the log-ratios, so it is positive and falls with the square of the rate.
  @Test func proximalUpdatesReportHowFarTheyMoved() throws {
    let set = try Small.set()
    func update(rate: Double, proximal: Bool) throws -> UpdateMetrics {
      let controller = try Reinforce(
        set,
        configuration: configuration {
          $0.proximal = proximal ? .init() : nil
          $0.learningRate = rate
        },
        stream: stream(4)
      )
      let proposals = try controller.ask(16)
      return try controller.tell(
        proposals.map { Outcome($0, reward: Double($0.assignment[0] == 1 ? 1 : 0)) }
      )
    }
    let plain = try update(rate: 1e-2, proximal: false)
    #expect(plain["policy/approximate_kl"] == nil && plain["policy/clip_fraction"] == nil)
    let (small, large) = (
      try update(rate: 1e-3, proximal: true), try update(rate: 3e-1, proximal: true)
    )
    let moved = try #require(small["policy/approximate_kl"])
    #expect(moved > 0 && moved < 1e-3)
    #expect(small["policy/clip_fraction"] == 0)
    #expect(try #require(large["policy/approximate_kl"]) > 100 * moved)
    #expect(try #require(large["policy/clip_fraction"]) > 0)
  }

  @Test func badRewardsAreRefused() throws {
    try expectRefusals(Reinforce(Small.set(), configuration: configuration(), stream: stream(1)))
  }

  /// One policy, three budgets, whose best members differ; then a budget it never trained on.
  @Test func oneConditionedPolicyServesManyBudgets() throws {
    let limits = [4, 8, 13]
    let scale = BudgetScale(3...18)
    func task(_ limit: Int) throws -> SearchTask {
      SearchTask(
        try Small.set(budget: limit, restricted: false),
        conditioning: [scale.position(of: limit)]
      )
    }
    let space = try Small.space()
    let controller = try Reinforce(
      limits.map(task),
      configuration: configuration {
        $0.policy.conditioningSize = 1
        $0.rolloutSize = 24
        $0.learningRate = 0.01
      },
      stream: stream(4)
    )
    // Dear is good, but one choice spoils it: the best members are not the dearest in every decision.
    func reward(_ assignment: Assignment) -> Double {
      Double(Small.cost().cost(of: assignment, in: space)) - (assignment[1] == 1 ? 4 : 0)
    }
    let proposals = try controller.ask(6)
    #expect(proposals.map(\.task) == [0, 1, 2, 0, 1, 2])
    _ = try controller.tell(proposals.map { Outcome($0, reward: reward($0.assignment)) })
    try learn(controller, updates: 150) { reward($0.assignment) }
    var unused = stream(0)
    for limit in limits + [10] {
      let task = try task(limit)
      let found = try controller.policy.sample([task], rule: .greedy, using: &unused)[0]
      let best = task.set.members().map(reward).max() ?? 0
      #expect(task.set.contains(found))
      #expect(reward(found) >= best - (limits.contains(limit) ? 0 : 1), "budget \(limit)")
    }
  }

  /// Another search goes on from a trained policy, with a count, a stream and a best of its own.
  @Test func aPolicyIsAdoptedByTheNextSearch() throws {
    let (first, next) = (try Small.set(budget: 8), try Small.set())
    let trained = try Reinforce(first, configuration: configuration(), stream: stream(1))
    try learn(trained, updates: 20) { arbitraryReward($0.assignment) }
    let heir = try Reinforce(next, configuration: configuration(), stream: stream(2))
    try heir.adoptPolicy(of: trained.state())
    let members = first.members().map { ($0, SearchTask(first)) }
    #expect(
      try heir.policy.logProbabilities(members) == trained.policy.logProbabilities(members)
    )
    #expect(heir.updates == 0 && heir.best == nil)
    try learn(heir, updates: 1) { arbitraryReward($0.assignment) }
    #expect(heir.updates == 1)

    let before = try heir.policy.state()
    let wide = configuration { $0.policy.hiddenSize = 13 }
    let foreign = try Reinforce(first, configuration: wide, stream: stream(1)).state()
    #expect(throws: (any Error).self) { try heir.adoptPolicy(of: foreign) }
    #expect(throws: (any Error).self) { try heir.adoptPolicy(of: [:]) }
    let after = try heir.policy.state()
    for key in before.keys.sorted() {
      #expect(try before[key]?.bytes() == after[key]?.bytes(), "\(key)")
    }
  }

  @Test func configurationsAreChecked() throws {
    let set = try Small.set()
    let changes: [(inout Reinforce.Configuration) -> Void] = [
      { $0.rolloutSize = 0 }, { $0.learningRate = .nan }, { $0.gradientNormLimit = 0 },
      { $0.proximal = .init(epochs: 0) }, { $0.policy.hiddenSize = -1 },
      { $0.baseline = .movingAverage(decay: 2) }, { $0.policy.tanhClipping = 0 },
    ]
    for change in changes {
      #expect(throws: ControllerError.self) {
        try Reinforce(set, configuration: configuration(change), stream: stream(1))
      }
    }
    #expect(throws: ControllerError.self) { try Reinforce([], stream: stream(1)) }
    let controller = try Reinforce(set, configuration: configuration(), stream: stream(1))
    #expect(throws: ControllerError.self) { try controller.ask(0) }
  }
}
