import Networks
import RandomStreams
import SearchSpaces
import Supernet
import SupernetFixtures
import Testing
import Torch

@testable import Training

/// What each choice of a ``TrainingConfiguration`` does to one step of plain gradient descent.
@Suite("Training rules") struct TrainingRuleTests {
  private static let key = "classifier.linear.linear.bias"

  /// By how much one step at rate 1 moves the classifier's bias.
  private func move(
    only: Architecture? = nil,
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> [Float] {
    var plain = TrainingConfiguration()
    plain.epochs = 1
    plain.warmUpEpochs = 0
    plain.learningRate = 1
    plain.momentum = 0
    plain.weightDecay = 0
    plain.randomSubnets = 0
    plain.updates = .batch
    plain.distillationWeight = 1
    change(&plain)
    let supernet = try supernet()
    let trainer =
      try only.map {
        try NetworkTrainer(supernet, only: $0, configuration: plain, stepsPerEpoch: 1, seed: 1)
      }
      ?? NetworkTrainer(
        supernet,
        configuration: plain,
        stepsPerEpoch: 1,
        teacher: plain.distillation == .teacher
          ? Teacher(supernet, calibratedOn: [Fixture.batch(16, seed: 3)]) : nil,
        seed: 1
      )
    let before: [Float] = try supernet.tensor(Self.key).array()
    _ = try trainer.step(Fixture.trainingBatch(8))
    let after: [Float] = try supernet.tensor(Self.key).array()
    return zip(before, after).map(-)
  }

  private func supernet() throws -> Supernet {
    try Supernet(
      space: Fixture.space("resnet50-small"),
      random: RandomStream(seed: 1, name: "weights")
    )
  }

  /// Mean over the images of softmax less target, in the given subnet as it is before the step.
  private func gradient(_ architecture: Architecture, target: [Float]) throws -> [Float] {
    let probabilities: [Float] = try withoutGradient {
      try supernet().trainingLogits(Fixture.batch(8), architecture).softmax(1).array()
    }
    return (0..<10).map { output in
      (0..<8).map { probabilities[$0 * 10 + output] - target[$0 * 10 + output] }.reduce(0, +) / 8
    }
  }

  private func labels() throws -> [Float] {
    try Fixture.labels(8).array(Int.self).flatMap { label in
      (0..<10).map { ($0 == label ? 0.9 : 0) + 0.01 }
    }
  }

  private func expectEqual(_ a: [Float], _ b: [Float], _ comment: Comment) {
    for (x, y) in zip(a, b) { #expect(abs(x - y) <= 1e-5, comment) }
  }

  @Test func oneArchitectureLearnsFromTheLabelsAlone() throws {
    let space = try supernet().space
    let move = try move(only: space.smallest) { $0.distillation = .teacher }
    expectEqual(move, try gradient(space.smallest, target: labels()), "only the smallest")
    #expect(throws: (any Error).self) { try self.move(only: Architecture([0])) }
  }

  @Test func gradientsMayBeAveraged() throws {
    let sum = try move()
    let mean = try move { $0.gradients = .mean }
    expectEqual(sum.map { $0 / 2 }, mean, "two subnets")
  }

  @Test func labelsAndTeachersMix() throws {
    let space = try supernet().space
    let teacher = try Teacher(supernet(), calibratedOn: [Fixture.batch(16, seed: 3)])
    let target: [Float] = try teacher.probabilities(Fixture.batch(8)).array()
    let truth = try labels()
    let largest = try gradient(space.largest, target: truth)
    for weight in [0, 0.25, 1] {
      let mixed = zip(target, truth).map { Float(weight) * $0 + Float(1 - weight) * $1 }
      let smallest = try gradient(space.smallest, target: mixed)
      let move = try move {
        $0.distillation = .teacher
        $0.distillationWeight = weight
      }
      expectEqual(move, zip(largest, smallest).map(+), "weight \(weight)")
    }
    let none = try move { $0.distillation = .none }
    let smallest = try gradient(space.smallest, target: truth)
    expectEqual(none, zip(largest, smallest).map(+), "labels alone")
  }

  @Test func withoutTheSandwichOnlyRandomSubnetsAreVisited() throws {
    func trainer(_ change: (inout TrainingConfiguration) -> Void) throws -> NetworkTrainer {
      var configuration = TrainingConfiguration()
      configuration.sandwich = false
      configuration.distillation = .none
      change(&configuration)
      return try NetworkTrainer(
        supernet(),
        configuration: configuration,
        stepsPerEpoch: 100,
        seed: 1
      )
    }
    let single = try trainer { $0.randomSubnets = 1 }
    #expect(single.visits(at: 3).count == 1 && single.visits(at: 3) != single.visits(at: 4))
    let metrics = try single.step(Fixture.trainingBatch(8)).metrics()
    #expect(metrics.largestLoss == nil && metrics.smallestLoss == nil)
    #expect(metrics.randomLoss != nil && metrics.largestAccuracy == nil)
    #expect(throws: TrainingError.self) { try trainer { $0.randomSubnets = 0 } }
    #expect(throws: TrainingError.self) { try trainer { $0.distillation = .inPlace } }
  }

  /// After every subnet: the second gradient is that of the weights which the first has moved.
  @Test func updatesMayFollowEverySubnet() throws {
    let space = try supernet().space
    let largest = try gradient(space.largest, target: labels())
    let both = try move { $0.updates = .subnet }
    let smallest = zip(both, largest).map(-)
    let unmoved = zip(try move(), largest).map(-)
    #expect(zip(smallest, unmoved).contains { abs($0 - $1) > 1e-4 })
    // It moved the first time by the largest's own gradient: a step with the largest alone.
    let alone = try move {
      $0.schedule = .largestFirst
      $0.phases = ["largest"]
    }
    expectEqual(alone, largest, "the largest alone")
  }

  /// The average forgets fast at first: decays 1/10 and 2/11 before 0.9.
  @Test func weightsAreAveraged() throws {
    var configuration = TrainingConfiguration()
    configuration.epochs = 2
    configuration.warmUpEpochs = 0
    configuration.updates = .batch
    configuration.averageDecay = 0.9
    let supernet = try supernet()
    let trainer = try NetworkTrainer(
      supernet,
      configuration: configuration,
      stepsPerEpoch: 1,
      seed: 1
    )
    var expected: [Float] = try supernet.tensor(Self.key).array()
    for kept in [Float(1) / 10, Float(2) / 11] {
      _ = try trainer.step(Fixture.trainingBatch(8))
      let now: [Float] = try supernet.tensor(Self.key).array()
      expected = zip(expected, now).map { $0 * kept + $1 * (1 - kept) }
    }
    let result = try trainer.result()
    #expect(result !== supernet)
    for (x, y) in zip(expected, try result.tensor(Self.key).array(Float.self)) {
      #expect(abs(x - y) < 1e-6)
    }
    // Counters and running statistics are the trained ones.
    let counter = try #require(supernet.layout.first { $0.role == .batchesTracked }).key
    #expect(try result.tensor(counter).scalar() == supernet.tensor(counter).scalar())
  }

  /// Spread sampling: each decision by itself is as uniform as before, sizes vary more.
  @Test func spreadSamplingReachesSmallAndLarge() throws {
    let space = try Fixture.space("mobilenetv3-small")
    func sizes(_ sampling: TrainingConfiguration.Sampling) -> (first: [Int], deviation: Double) {
      let sampler = SandwichSampling(
        space,
        sandwich: false,
        randomSubnets: 1,
        drawn: sampling,
        random: RandomStream(seed: 1, name: "subnets")
      )
      var first = [0, 0, 0]
      var sums: [Double] = []
      for step in 0..<600 {
        let architecture = sampler.visits(at: step, in: TrainingPhase("all", steps: 600))[0]
          .architecture
        first[architecture[0]] += 1
        let chosen = zip(architecture.choices, space.decisions.decisions).filter { $0.0 >= 0 }
        sums.append(
          chosen.map { Double($0) / Double($1.choices.count - 1) }.reduce(0, +)
            / Double(chosen.count)
        )
      }
      let mean = sums.reduce(0, +) / 600
      let variance = sums.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 600
      return (first, variance.squareRoot())
    }
    let (uniform, spread) = (sizes(.uniform), sizes(.spread))
    // 600 draws of three choices: 200 each, deviation 11.5.
    for count in uniform.first + spread.first { #expect(abs(count - 200) < 58) }
    // A level uniform in 0...1 has deviation 0.29; about 15 independent decisions 0.1.
    #expect(spread.deviation > 1.8 * uniform.deviation)
  }
}
