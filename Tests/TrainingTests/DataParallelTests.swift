import RandomStreams
import SearchSpaces
import Supernet
import SupernetFixtures
import Testing
import Torch

@testable import Training

@Suite("Training on several threads")
struct DataParallelTests {
  private func trainer(_ name: String, seed: UInt64) throws -> NetworkTrainer {
    var configuration = TrainingConfiguration()
    configuration.epochs = 2
    configuration.warmUpEpochs = 0
    // So that a step moves each weight by minus its gradient.
    configuration.learningRate = 1
    configuration.momentum = 0
    configuration.weightDecay = 0
    configuration.randomSubnets = 1
    configuration.updates = .batch
    configuration.distillationWeight = 1
    return try NetworkTrainer(
      Supernet(oracle: Fixture.space(name), elementType: .float32),
      configuration: configuration,
      stepsPerEpoch: 1,
      seed: seed
    )
  }

  private struct Outcome {
    let metrics: TrainingMetrics
    let state: [String: Tensor]
  }

  private func step(_ name: String, seed: UInt64, threads: Int) throws -> Outcome {
    let trainer = try trainer(name, seed: seed)
    // 50 images make shards of 16, 17 and 17.
    let metrics = try TorchRuntime.withThreads(threads) {
      try trainer.step(Fixture.trainingBatch(50, seed: seed)).metrics()
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

  /// A rank that fails half way leaves no gradient behind.
  @Test func aStepThatFailedCanBeRepeated() throws {
    struct Failure: Error {}
    let supernet = try Fixture.supernet("resnet50-small")
    let dataParallel = DataParallel(supernet)
    let network = try supernet.space.network(supernet.space.smallest)
    let images = try Fixture.batch(32)
    func gradients(failing: Int?) throws -> [[UInt8]?] {
      _ = try TorchRuntime.withThreads(2) {
        try dataParallel.map(batch: 32) { shard in
          let pass = try TrainingPass(
            supernet,
            shard: shard,
            dropout: 0,
            random: RandomStream(state: 0)
          )
          try pass.logits(shard.rows(of: images), of: network).sum().backward()
          if shard.rank == failing { throw Failure() }
        }
      }
      let result = try supernet.parameters.map { try $0.value.gradient()?.bytes() }
      for parameter in supernet.parameters { try parameter.value.clearGradient() }
      return result
    }
    let expected = try gradients(failing: nil)
    for rank in 0..<2 {
      #expect(throws: Failure.self) { try gradients(failing: rank) }
      #expect(try gradients(failing: nil) == expected)
    }
  }

  /// A batch norm that the activation after it is not part of is one of the whole batch all the same.
  @Test(arguments: [2, 3])
  func batchNormsBeforeAnyActivationAreOfTheWholeBatch(threads: Int) throws {
    var configuration = TrainingConfiguration()
    configuration.epochs = 3
    configuration.warmUpEpochs = 0
    configuration.randomSubnets = 0
    configuration.updates = .batch
    configuration.distillationWeight = 1
    func state(threads: Int) throws -> [String: Tensor] {
      let trainer = try NetworkTrainer(
        Supernet(space: HardSigmoidSpace(), random: RandomStream(seed: 4, name: "supernet")),
        configuration: configuration,
        stepsPerEpoch: 1,
        seed: 4
      )
      for step in 0..<3 as Range<UInt64> {
        _ = try TorchRuntime.withThreads(threads) {
          try trainer.step(Fixture.trainingBatch(50, seed: step))
        }
      }
      return try trainer.supernet.state()
    }
    let (one, several) = (try state(threads: 1), try state(threads: threads))
    for (key, expected) in one {
      let found = try #require(several[key])
      let difference = try (found - expected).magnitude().max().scalar()
      #expect(try difference <= 1e-4 * max(1, expected.magnitude().max().scalar()), "\(key)")
    }
    let counted = try #require(several["blocks.0.bn.bn.num_batches_tracked"])
    #expect(try counted.scalar() == 3 * 2)
  }
}
