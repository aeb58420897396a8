import Decisions
import Foundation
import Testing
import Torch

@testable import Controller

@Suite struct ReinforceGradientTests {
  /// The collected gradients of all parameters, one list; clears them.
  private func takeGradient(_ policy: PolicyNetwork) throws -> [Double] {
    try policy.parameters.flatMap { parameter -> [Double] in
      defer { try? parameter.value.clearGradient() }
      return try parameter.value.gradient()?.to(.float64).array(Double.self)
        ?? [Double](repeating: 0, count: parameter.value.count)
    }
  }

  /// Averages the gradient that updates follow over many rollouts and compares it with the exact
  /// gradient of the expected reward, on a space with conditions, a restriction and a budget.
  ///
  /// For an unbiased estimator the squared distances in units of their standard errors average 1
  /// over the parameters. They are correlated, so the average strays; a wrong sign, scale, mask or
  /// baseline makes it many times larger (each was tried).
  private func expectUnbiased(_ baseline: AdvantageEstimator.Baseline, proximal: Bool) throws {
    let set = try Small.set()
    var configuration = Reinforce.Configuration()
    configuration.policy.hiddenSize = 6
    configuration.policy.embeddingSize = 3
    configuration.policy.tanhConstant = 2
    configuration.policy.temperature = 0.8
    configuration.baseline = baseline
    configuration.normalization = .none
    configuration.rolloutSize = 8
    configuration.proximal = proximal ? .init() : nil
    let controller = try Reinforce(set, configuration: configuration, stream: stream(2))
    let policy = controller.policy
    var random = stream(13)
    try randomize(policy, scale: 0.7, &random)
    let task = SearchTask(set)

    let members = set.members()
    let rewards = try Tensor(
      members.map { Float(arbitraryReward($0)) },
      shape: [members.count]
    )
    let exactLogs = try policy.evaluate(members.map { ($0, task) }).logProbabilities
    try (exactLogs.exp() * rewards).sum().backward()
    let exact = try takeGradient(policy)
    #expect(exact.contains { abs($0) > 1e-3 })

    var estimator = try AdvantageEstimator(
      baseline: baseline,
      normalization: .none,
      tasks: 1
    )
    // A moving average that has settled somewhere, as it has after the first rollout.
    _ = estimator.advantages(rewards: [0.3], tasks: [0])
    let rollouts = 500
    var sum = [Double](repeating: 0, count: exact.count)
    var squares = sum
    for _ in 0..<rollouts {
      let drawn = try policy.sample(
        [SearchTask](repeating: task, count: configuration.rolloutSize),
        using: &random
      )
      let advantages = estimator.advantages(
        rewards: drawn.map(arbitraryReward),
        tasks: drawn.map { _ in 0 }
      ).advantages
      let gain = try controller.gain(
        policy.evaluate(drawn.map { ($0, task) }),
        Tensor(advantages.map { Float($0) }, shape: [drawn.count])
      )
      try gain.backward()
      for (index, value) in try takeGradient(policy).enumerated() {
        sum[index] += value
        squares[index] += value * value
      }
    }
    let count = Double(rollouts)
    var (distances, used) = (0.0, 0.0)
    for index in exact.indices {
      let mean = sum[index] / count
      let variance = (squares[index] / count - mean * mean) / (count - 1)
      // Rows of the embedding that nothing reads have no gradient at all.
      guard variance > 1e-16 else {
        #expect(abs(mean - exact[index]) < 1e-5)
        continue
      }
      let z = (mean - exact[index]) / variance.squareRoot()
      #expect(abs(z) < 6)
      distances += z * z
      used += 1
    }
    #expect(used > 100)
    #expect(distances / used < 2.5)
  }

  @Test func withoutBaseline() throws { try expectUnbiased(.none, proximal: false) }
  @Test func withMovingAverage() throws {
    try expectUnbiased(.movingAverage(decay: 0.9), proximal: false)
  }
  @Test func withLeaveOneOut() throws { try expectUnbiased(.leaveOneOut, proximal: false) }
  /// On the rollout's own policy the clipped surrogate has the same gradient.
  @Test func firstProximalStep() throws { try expectUnbiased(.leaveOneOut, proximal: true) }
}
