import RandomStreams
import SearchSpaces
import Supernet
import SupernetFixtures
import Testing
import Torch

@testable import Training

@Suite("Training")
struct TrainingTests {
  private func configuration(steps: Int) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.epochs = steps
    configuration.warmUpEpochs = 2
    configuration.learningRate = 0.05
    configuration.gradientClip = 5
    configuration.randomSubnets = 2
    configuration.updates = .batch
    configuration.distillationWeight = 1
    return configuration
  }

  private func trainer(_ name: String, steps: Int, seed: UInt64 = 1) throws -> NetworkTrainer {
    let supernet = try Supernet(
      space: Fixture.space(name),
      random: RandomStream(seed: seed, name: "weights")
    )
    return try NetworkTrainer(
      supernet,
      configuration: configuration(steps: steps),
      stepsPerEpoch: 1,
      seed: seed
    )
  }

  private func step(_ trainer: NetworkTrainer) throws -> TrainingMetrics {
    let seed = UInt64(trainer.stepsDone)
    return try trainer.step(Fixture.trainingBatch(8, seed: seed)).metrics()
  }

  @Test(arguments: Fixture.spaceNames)
  func resumesBitForBit(_ name: String) throws {
    let whole = try trainer(name, steps: 6)
    var expected: [TrainingMetrics] = []
    for _ in 0..<6 { expected.append(try step(whole)) }

    let first = try trainer(name, steps: 6)
    for _ in 0..<3 { #expect(try step(first) == expected[first.stepsDone - 1]) }
    let state = try first.state()
    // Other initial weights: everything must come from the state.
    let supernet = try Supernet(
      space: Fixture.space(name),
      random: RandomStream(seed: 9, name: "other")
    )
    let second = try NetworkTrainer(
      supernet,
      configuration: configuration(steps: 6),
      stepsPerEpoch: 1,
      seed: 1
    )
    try second.restore(state)
    for index in 3..<6 { #expect(try step(second) == expected[index]) }
    #expect(second.isFinished)
    #expect(
      try second.state().mapValues { try $0.bytes() }
        == whole.state().mapValues {
          try $0.bytes()
        }
    )
    #expect(try second.result() === second.supernet)
    for (name, tensor) in second.supernet.parameters where tensor.rank == 4 {
      #expect(tensor.isChannelsLast, "\(name)")
    }
  }

  @Test func subnetsLearn() throws {
    let trainer = try trainer("mobilenetv3-small", steps: 25)
    while !trainer.isFinished {
      let batch = try Fixture.trainingQuadrants(32, seed: UInt64(trainer.stepsDone))
      let metrics = try trainer.step(batch).metrics()
      #expect(metrics.gradientNorm.isFinite && metrics.randomLoss != nil)
    }
    let (images, labels) = try Fixture.quadrants(64, seed: 1000)
    let truth = try labels.array(Int.self)
    for architecture in Fixture.architectures(trainer.supernet.space, random: 1) {
      let subnet = try trainer.supernet.calibrate(
        architecture,
        batches: [Fixture.quadrants(64, seed: 2000).0]
      )
      let right = zip(try subnet.classify([images]).classes, truth).count { Int($0) == $1 }
      // Chance is 16 of 64 right.
      #expect(right >= 48, "\(right) of 64")
    }
  }

  @Test func gradientsOfTheSandwichAddUp() throws {
    // One step of plain gradient descent at rate 1 moves each weight by minus the sum.
    let supernet = try Supernet(
      space: Fixture.space("resnet50-small"),
      random: RandomStream(seed: 1, name: "weights")
    )
    var plain = TrainingConfiguration()
    plain.epochs = 1
    plain.warmUpEpochs = 0
    plain.learningRate = 1
    plain.momentum = 0
    plain.weightDecay = 0
    plain.randomSubnets = 0
    plain.updates = .batch
    plain.distillationWeight = 1
    let trainer = try NetworkTrainer(
      supernet,
      configuration: plain,
      stepsPerEpoch: 1,
      seed: 1
    )
    let batch = try Fixture.trainingBatch(8)
    let key = "classifier.linear.linear.bias"
    let before: [Float] = try supernet.tensor(key).array()
    let logits = try withoutGradient {
      try [supernet.space.largest, supernet.space.smallest].map {
        try supernet.trainingLogits(batch.images, $0)
      }
    }
    let metrics = try trainer.step(batch).metrics()
    let after: [Float] = try supernet.tensor(key).array()
    // Gradient of cross entropy by the bias: mean of softmax less target.
    let probabilities = try logits.map { try $0.softmax(1).array(Float.self) }
    let truth = try batch.labels.array(Int.self)
    for output in 0..<10 {
      var gradient: Float = 0
      for image in 0..<8 {
        let target: Float = (truth[image] == output ? 0.9 : 0) + 0.01
        let (large, small) = (
          probabilities[0][image * 10 + output], probabilities[1][image * 10 + output]
        )
        gradient += (large - target) + (small - large)
      }
      #expect(abs(before[output] - after[output] - gradient / 8) <= 1e-5)
    }
    #expect(metrics.randomLoss == nil && metrics.learningRate == 1)
  }

  @Test func runningStatisticsMoveOnlyInTheActiveSlice() throws {
    let supernet = try Fixture.supernet("mobilenetv3-small")
    let network = try supernet.space.network(supernet.space.smallest)
    let norm = try #require(network.norms.first { $0.active < $0.stored })
    let key = norm.key + ".running_mean"
    let before: [Float] = try supernet.tensor(key).array()
    _ = try supernet.trainingLogits(Fixture.batch(4), supernet.space.smallest)
    let after: [Float] = try supernet.tensor(key).array()
    #expect(before[..<norm.active] != after[..<norm.active])
    #expect(before[norm.active...] == after[norm.active...])
    #expect(try supernet.tensor(norm.key + ".num_batches_tracked").scalar() == 1)
  }

  @Test func dropoutFollowsItsStream() throws {
    var configuration = MobileNetV3Space.Configuration()
    configuration.inputChannels = 1
    configuration.classes = 10
    configuration.dropout = 0.5
    configuration.stages = [.init(width: 16, stride: 2, depths: [1], activation: .relu)]
    let space = try MobileNetV3Space(configuration)
    let supernet = try Supernet(space: space, random: RandomStream(seed: 1, name: "weights"))
    let images = try Fixture.batch(4)
    func logits(seed: UInt64) throws -> [UInt8] {
      var random = RandomStream(seed: seed, name: "dropout")
      return try supernet.trainingLogits(images, space.largest, dropout: &random).bytes()
    }
    #expect(try logits(seed: 1) == logits(seed: 1))
    #expect(try logits(seed: 1) != logits(seed: 2))
    #expect(try logits(seed: 1) != supernet.trainingLogits(images, space.largest).bytes())
  }

  @Test func divergenceIsAnErrorThatKeepsTheWeights() throws {
    let trainer = try trainer("resnet50-small", steps: 2)
    let before = try trainer.supernet.parameters.map { try $0.value.bytes() }
    let batch = try TrainingBatch(
      images: .full(.nan, shape: [4, 1, 16, 16]),
      labels: Fixture.labels(4),
      indices: [0, 1, 2, 3]
    )
    #expect(throws: TrainingError.self) { try trainer.step(batch) }
    #expect(try trainer.supernet.parameters.map { try $0.value.bytes() } == before)
    #expect(try trainer.supernet.parameters.allSatisfy { try $0.value.gradient() == nil })
  }

  @Test func scheduleWarmsUpAndFalls() {
    var configuration = TrainingConfiguration()
    configuration.learningRate = 0.4
    let schedule = LearningRateSchedule(
      configuration,
      phase: TrainingPhase("all", steps: 12, warmUpSteps: 2)
    )
    #expect(abs(schedule.rate(at: 0) - 0.2) < 1e-12 && abs(schedule.rate(at: 1) - 0.4) < 1e-12)
    #expect(abs(schedule.rate(at: 2) - 0.4) < 1e-12 && abs(schedule.rate(at: 7) - 0.2) < 1e-12)
    #expect(schedule.rate(at: 12) < 1e-12)
  }

  @Test func configurationsAreChecked() throws {
    var configuration = TrainingConfiguration()
    try configuration.validate()
    configuration.warmUpEpochs = -1
    #expect(
      throws: TrainingError.invalidConfiguration(
        field: "warmUpEpochs",
        reason: "must be a number from 0"
      )
    ) { try configuration.validate() }
    configuration.warmUpEpochs = 1e9
    let plan = try TrainingPlan(
      configuration,
      of: Fixture.space("resnet50-small"),
      stepsPerEpoch: 3
    )
    #expect(plan.steps == 24 && plan.phases[0].warmUpSteps == 24)
    configuration.epochs = .max
    #expect(throws: TrainingError.self) {
      try TrainingPlan(alone: configuration, stepsPerEpoch: 3)
    }
  }

  @Test func randomSubnetsCoverTheChoices() throws {
    let space = try Fixture.space("mobilenetv3-small")
    let phase = TrainingPhase("all", steps: 200)
    let sampler = SandwichSampling(
      space,
      randomSubnets: 2,
      random: RandomStream(seed: 1, name: "subnets")
    )
    #expect(
      sampler.visits(at: 3, in: phase) == sampler.visits(at: 3, in: phase)
    )
    var counts = [Int](repeating: 0, count: 3)
    for step in 0..<200 {
      for subnet in sampler.visits(at: step, in: phase) where subnet.role == .random {
        counts[subnet.architecture[0]] += 1
        #expect(try space.decisions.canonical(subnet.architecture.choices) == subnet.architecture)
      }
    }
    // 400 draws of three choices: 133 each, deviation 9.4.
    #expect(counts.allSatisfy { abs($0 - 133) < 47 })
  }
}
