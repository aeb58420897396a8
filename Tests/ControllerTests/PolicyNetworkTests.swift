import Decisions
import Foundation
import RandomStreams
import Testing
import Torch

@testable import Controller

/// A policy whose every weight is random, heads included.
func randomPolicy(
  _ space: DecisionSpace,
  seed: UInt64,
  scale: Double = 1,
  _ change: (inout PolicyNetwork.Configuration) -> Void = { _ in }
) throws -> PolicyNetwork {
  var configuration = PolicyNetwork.Configuration()
  configuration.hiddenSize = 8
  configuration.embeddingSize = 4
  change(&configuration)
  var stream = stream(seed)
  let policy = try PolicyNetwork(space, configuration: configuration, using: &stream)
  try randomize(policy, scale: scale, &stream)
  return policy
}

func randomize(_ policy: PolicyNetwork, scale: Double, _ stream: inout RandomStream) throws {
  for parameter in policy.parameters {
    var values = [Float](repeating: 0, count: parameter.value.count)
    stream.fillNormal(&values, standardDeviation: scale)
    let drawn = try Tensor(values, shape: parameter.value.shape)
    try withoutGradient { try parameter.value.assign(drawn) }
  }
}

@Suite struct PolicyNetworkTests {
  /// Temperature, clipping and conditioning away from their neutral values.
  private func policyAndTask() throws -> (PolicyNetwork, SearchTask) {
    let set = try Small.set()
    let policy = try randomPolicy(set.space, seed: 4) {
      $0.temperature = 0.7
      $0.tanhConstant = 2
      $0.conditioningSize = 2
    }
    return (policy, SearchTask(set, conditioning: [0.3, -1]))
  }

  /// Single precision over at most five factors: errors of some 1e-6 per probability.
  @Test func probabilitiesSumToOneOverTheFeasibleSet() throws {
    var random = stream(7)
    for seed in 0..<30 {
      let set = try randomSet(&random)
      let policy = try randomPolicy(set.space, seed: UInt64(seed)) { $0.temperature = 1.3 }
      let task = SearchTask(set)
      let logs = try policy.logProbabilities(set.members().map { ($0, task) })
      #expect(abs(logs.reduce(0) { $0 + exp($1) } - 1) < 1e-5)
    }
    let (policy, task) = try policyAndTask()
    let logs = try policy.logProbabilities(task.set.members().map { ($0, task) })
    #expect(abs(logs.reduce(0) { $0 + exp($1) } - 1) < 1e-5)
  }

  /// Chi squared of samples against the policy's own probabilities: sampling and log-probability use
  /// the same temperature, clipping, conditioning and masks.
  @Test func samplesFollowTheLogProbabilities() throws {
    let (policy, task) = try policyAndTask()
    let members = task.set.members()
    var stream = stream(11)
    let draws = 20_000
    var counts: [Assignment: Int] = [:]
    for assignment in try policy.sample(
      [SearchTask](repeating: task, count: draws),
      using: &stream
    ) {
      counts[assignment, default: 0] += 1
    }
    #expect(Set(counts.keys).isSubset(of: Set(members)))
    let expected = try policy.logProbabilities(members.map { ($0, task) }).map {
      exp($0) * Double(draws)
    }
    // Rare members are taken together, so that the statistic is near its limit.
    var statistic = 0.0
    var (bins, rareCount, rareExpected) = (0, 0.0, 0.0)
    for (member, expected) in zip(members, expected) {
      let count = Double(counts[member] ?? 0)
      guard expected >= 5 else {
        rareCount += count
        rareExpected += expected
        continue
      }
      bins += 1
      statistic += (count - expected) * (count - expected) / expected
    }
    if rareExpected > 0 {
      statistic += (rareCount - rareExpected) * (rareCount - rareExpected) / rareExpected
    }
    #expect(bins > 10)
    #expect(abs(statistic - Double(bins)) / (2 * Double(bins)).squareRoot() < 6)
  }

  @Test func aNewPolicyIsUniformOverPermittedChoices() throws {
    let set = try Small.set()
    var stream = stream(1)
    let policy = try PolicyNetwork(set.space, using: &stream)
    for member in set.members() {
      var expected = 0.0
      var cursor = set.cursor()
      while let decision = cursor.nextDecision {
        expected -= log(Double(cursor.permitted.count))
        cursor.choose(member[decision])
      }
      let found = try policy.logProbabilities([(member, SearchTask(set))])[0]
      #expect(abs(found - expected) < 1e-5)
    }
  }

  @Test func inactiveDecisionsContributeNothing() throws {
    let (policy, task) = try policyAndTask()
    let members = task.set.members()
    let together = try policy.evaluate(members.map { ($0, task) })
    let entropies = try together.entropies.array(Float.self)
    for (index, member) in members.enumerated() {
      // The others of the batch have no influence.
      let alone = try policy.logProbabilities([(member, task)])[0]
      let inBatch = try Double(together.logProbabilities.array(Float.self)[index])
      #expect(abs(alone - inBatch) < 1e-5)
      for decision in task.set.space.decisions.indices {
        let entropy = entropies[decision * members.count + index]
        if member[decision] == Assignment.inactive { #expect(entropy == 0) }
        #expect(entropy >= 0 && entropy.isFinite)
      }
    }
    // The state is held over the inactive decisions: `last` sees the same after either.
    let base = try Small.set(budget: nil)
    let shallow = try policy.evaluate([
      (Assignment([0, 1, -1, -1, 0]), SearchTask(base, conditioning: [0, 0]))
    ])
    #expect(shallow.isActive == [true, true, false, false, true])
  }

  /// The entropy of one decision against its definition.
  @Test func entropyMatchesTheDefinition() throws {
    let space = try DecisionSpace(
      name: "one",
      decisions: [Decision("a", choices: ["0", "1", "2"])]
    )
    let policy = try randomPolicy(space, seed: 3)
    let set = try FeasibleSet(space)
    let sequences = set.members().map { ($0, SearchTask(set)) }
    let logs = try policy.logProbabilities(sequences)
    let entropy = -logs.reduce(0) { $0 + exp($1) * $1 }
    for value in try policy.evaluate(sequences).entropy().array(Float.self) {
      #expect(abs(Double(value) - entropy) < 1e-5)
    }
  }

  @Test func greedyTakesTheLikeliestChoiceAndLowTemperatureApproachesIt() throws {
    let (policy, task) = try policyAndTask()
    var stream = stream(2)
    let greedy = try policy.sample([task], rule: .greedy, using: &stream)[0]
    #expect(stream == ControllerTests.stream(2))
    let space = task.set.space
    // Stepwise: no single change of a decision, up to it, is likelier in that decision's head.
    let logs = try policy.evaluate([(greedy, task)], temperature: 1e-3)
    #expect(try logs.logProbabilities.array(Float.self)[0] > -1e-3)
    let cold = try policy.sample(
      [SearchTask](repeating: task, count: 20),
      rule: .random(temperature: 1e-4),
      using: &stream
    )
    #expect(cold.allSatisfy { $0 == greedy })
    #expect(greedy.count == space.count)
  }

  @Test func equalSeedsSampleEqualBytes() throws {
    let (policy, task) = try policyAndTask()
    var (first, second) = (stream(5), stream(5))
    let tasks = [SearchTask](repeating: task, count: 64)
    #expect(try policy.sample(tasks, using: &first) == policy.sample(tasks, using: &second))
    #expect(first == second)
  }

  /// Every sequence obeys the masks of its own task.
  @Test func tasksKeepTheirOwnMasks() throws {
    let sets = try [4, 7, 12].map { try Small.set(budget: $0) }
    let policy = try randomPolicy(sets[0].space, seed: 6)
    var stream = stream(3)
    let tasks = (0..<300).map { SearchTask(sets[$0 % 3]) }
    let drawn = try policy.sample(tasks, using: &stream)
    for (index, assignment) in drawn.enumerated() { #expect(sets[index % 3].contains(assignment)) }
    #expect(drawn.enumerated().contains { $0 % 3 == 2 && !sets[0].contains($1) })
  }

  @Test func tenThousandSamplesUnderRandomConstraintsAreFeasible() throws {
    var random = stream(21)
    for _ in 0..<100 {
      let set = try randomSet(&random)
      let policy = try randomPolicy(set.space, seed: random.next(), scale: 2)
      let drawn = try policy.sample(
        [SearchTask](repeating: SearchTask(set), count: 100),
        using: &random
      )
      #expect(drawn.count == 100 && drawn.allSatisfy { set.contains($0) })
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let set = try Small.set()
    let policy = try randomPolicy(set.space, seed: 1)
    let outside = Assignment([2, 1, 2, 2, 3])
    #expect(
      throws: ControllerError.infeasible(assignment: set.space.description(of: outside))
    ) { try policy.evaluate([(outside, SearchTask(set))]) }
    #expect(throws: DecisionError.self) {
      try policy.evaluate([(Assignment([0]), SearchTask(set))])
    }
    #expect(throws: ControllerError.self) {
      try policy.evaluate([(set.cheapest, SearchTask(set, conditioning: [1]))])
    }
    var stream = stream(1)
    let other = try randomSet(&stream)
    #expect(throws: ControllerError.self) {
      try policy.sample([SearchTask(other)], using: &stream)
    }
    #expect(throws: ControllerError.self) {
      try policy.sample([SearchTask(set)], rule: .random(temperature: 0), using: &stream)
    }
    #expect(throws: ControllerError.self) {
      try PolicyNetwork(
        DecisionSpace(name: "none", decisions: []),
        using: &stream
      )
    }
  }
}
