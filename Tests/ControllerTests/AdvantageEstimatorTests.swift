import Foundation
import Testing

@testable import Controller

@Suite struct AdvantageEstimatorTests {
  @Test func theMovingAverageStartsAtTheFirstMeanAndFollowsLater() throws {
    var estimator = try AdvantageEstimator(
      baseline: .movingAverage(decay: 0.75),
      normalization: .none,
      tasks: 1
    )
    #expect(estimator.advantages(rewards: [1, 3], tasks: [0, 0]).advantages == [-1, 1])
    // Before the update the baseline is still 2; after it, 0.75 * 2 + 0.25 * 10.
    #expect(estimator.advantages(rewards: [10], tasks: [0]).advantages == [8])
    #expect(estimator.advantages(rewards: [4], tasks: [0]).baselines == [4])
  }

  @Test func leaveOneOutExcludesOneself() throws {
    var estimator = try AdvantageEstimator(
      baseline: .leaveOneOut,
      normalization: .none,
      tasks: 1
    )
    #expect(
      estimator.advantages(rewards: [1, 2, 6], tasks: [0, 0, 0]).baselines == [4, 3.5, 1.5]
    )
    #expect(estimator.advantages(rewards: [7], tasks: [0]).advantages == [0])
  }

  @Test func tasksAreNeverCompared() throws {
    var estimator = try AdvantageEstimator(
      baseline: .leaveOneOut,
      normalization: .none,
      tasks: 2
    )
    #expect(
      estimator.advantages(rewards: [1, 100, 3, 104], tasks: [0, 1, 0, 1]).advantages
        == [-2, -4, 2, 4]
    )
  }

  @Test func normalisationMakesTheScaleOfRewardsIrrelevant() throws {
    for normalization in [
      AdvantageEstimator.Normalization.batch, .running(decay: 0.9),
    ] {
      var (small, large) = (
        try AdvantageEstimator(baseline: .leaveOneOut, normalization: normalization, tasks: 1),
        try AdvantageEstimator(baseline: .leaveOneOut, normalization: normalization, tasks: 1)
      )
      for rewards in [[1.0, 2, 4], [8, 2, 1], [3, 3, 5]] {
        let a = small.advantages(rewards: rewards, tasks: [0, 0, 0]).advantages
        let b = large.advantages(rewards: rewards.map { $0 * 1000 }, tasks: [0, 0, 0]).advantages
        for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-9) }
        if normalization == .batch {
          #expect(abs(a.reduce(0) { $0 + $1 * $1 } / 3 - 1) < 1e-12)
        }
      }
      // The spread that is logged is the one before: [-2, -0.5, 2.5] and a thousand times that.
      for (one, factor) in [(1.0, 1.0), (1000, 1000)] {
        let spread = small.advantages(rewards: [one, 2 * one, 4 * one], tasks: [0, 0, 0]).spread
        #expect(abs(spread / factor - (10.5 / 3).squareRoot()) < 1e-9)
      }
      // Equal rewards teach nothing, and divide by no zero.
      let equal = small.advantages(rewards: [1, 1, 1], tasks: [0, 0, 0]).advantages
      #expect(equal == [0, 0, 0])
    }
  }

  @Test func decaysAreChecked() {
    #expect(throws: ControllerError.self) {
      try AdvantageEstimator(
        baseline: .movingAverage(decay: 1),
        normalization: .none,
        tasks: 1
      )
    }
    #expect(throws: ControllerError.self) {
      try AdvantageEstimator(baseline: .none, normalization: .running(decay: -0.1), tasks: 1)
    }
  }

  @Test func schedulesAreLinearAndEnd() {
    let schedule = Reinforce.Schedule(from: 1, to: 0, over: 4)
    #expect((0..<6).map(schedule.value(at:)) == [1, 0.75, 0.5, 0.25, 0, 0])
    #expect(Reinforce.Schedule.constant(0.3).value(at: 0) == 0.3)
  }
}
