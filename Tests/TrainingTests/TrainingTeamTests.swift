import RandomStreams
import Supernet
import SupernetFixtures
import Testing
import Torch

@testable import Training

@Suite("Training on several threads")
struct TrainingTeamTests {
  private func trainer(_ name: String, seed: UInt64) throws -> SupernetTrainer {
    var configuration = TrainingConfiguration()
    configuration.steps = 2
    configuration.warmUpSteps = 0
    // So that a step moves each weight by minus its gradient.
    configuration.learningRate = 1
    configuration.momentum = 0
    configuration.weightDecay = 0
    configuration.randomSubnets = 1
    configuration.updates = .batch
    return try SupernetTrainer(
      Supernet(oracle: Fixture.space(name), elementType: .float32),
      configuration: configuration,
      seed: seed
    )
  }

  private struct Outcome {
    let metrics: SupernetTrainer.Metrics
    let state: [String: Tensor]
  }

  private func step(_ name: String, seed: UInt64, threads: Int) throws -> Outcome {
    let trainer = try trainer(name, seed: seed)
    // 50 images are shares of 16, 17 and 17.
    let metrics = try TorchRuntime.withThreads(threads) {
      try trainer.step(
        images: Fixture.batch(50, seed: seed),
        labels: Fixture.labels(50, seed: seed)
      )
    }
    return Outcome(metrics: metrics, state: try trainer.supernet.state())
  }

  /// Batch norm, dropout, losses and gradients are those of the whole batch: to 1e-4 of the largest value
  /// of each tensor. A value that rounding moves across the kink of an activation switches a gradient on
  /// or off, in some batches: of three the best one counts.
  @Test(arguments: Fixture.spaceNames)
  func aStepIsTheSameForAnyNumberOfThreads(_ name: String) throws {
    let before = try trainer(name, seed: 1).supernet.state()
    var excesses: [String: [Double]] = [:]
    for seed in 1...3 as ClosedRange<UInt64> {
      let one = try step(name, seed: seed, threads: 1)
      let three = try step(name, seed: seed, threads: 3)
      #expect(one.metrics.largestAccuracy == three.metrics.largestAccuracy)
      for (a, b) in [
        (one.metrics.largestLoss, three.metrics.largestLoss),
        (one.metrics.smallestLoss, three.metrics.smallestLoss),
        (one.metrics.randomLoss, three.metrics.randomLoss),
        (one.metrics.gradientNorm, three.metrics.gradientNorm),
      ] {
        let (a, b) = (try #require(a), try #require(b))
        #expect(abs(a - b) <= 1e-3 * abs(a), "\(a) and \(b)")
      }
      func change(_ outcome: Outcome, _ key: String) throws -> Tensor {
        try #require(outcome.state[key]) - #require(before[key])
      }
      let largest = try before.keys.map { try change(one, $0).magnitude().max().scalar() }.max()
      for (key, tensor) in before {
        if tensor.elementType == .int64 {
          #expect(try one.state[key]?.bytes() == three.state[key]?.bytes(), "\(key)")
          continue
        }
        let (a, b) = (try change(one, key), try change(three, key))
        let scale = try max(a.magnitude().max().scalar(), 1e-2 * (largest ?? 0))
        excesses[key, default: []].append(try (a - b).magnitude().max().scalar() / (1e-4 * scale))
      }
    }
    for (key, excess) in excesses { #expect(try #require(excess.min()) <= 1, "\(key)") }
  }

  @Test func theSameNumberOfThreadsGivesTheSameBits() throws {
    let first = try step("mobilenetv3-small", seed: 1, threads: 3)
    let second = try step("mobilenetv3-small", seed: 1, threads: 3)
    #expect(first.metrics == second.metrics)
    #expect(
      try first.state.mapValues { try $0.bytes() } == second.state.mapValues { try $0.bytes() }
    )
  }

  /// A member that fails half way leaves no gradient behind.
  @Test func aStepThatFailedCanBeRepeated() throws {
    struct Failure: Error {}
    let supernet = try Fixture.supernet("resnet50-small")
    let team = TrainingTeam(supernet)
    let network = try supernet.space.network(supernet.space.smallest)
    let images = try Fixture.batch(32)
    func gradients(failing: Int?) throws -> [[UInt8]?] {
      _ = try TorchRuntime.withThreads(2) {
        try team.map(batch: 32) { share in
          let pass = try TrainingPass(
            supernet,
            share: share,
            dropout: 0,
            random: RandomStream(state: 0)
          )
          try pass.logits(share.rows(of: images), of: network).sum().backward()
          if share.index == failing { throw Failure() }
        }
      }
      let result = try supernet.parameters.map { try $0.value.gradient()?.bytes() }
      for parameter in supernet.parameters { try parameter.value.clearGradient() }
      return result
    }
    let expected = try gradients(failing: nil)
    for member in 0..<2 {
      #expect(throws: Failure.self) { try gradients(failing: member) }
      #expect(try gradients(failing: nil) == expected)
    }
  }
}
