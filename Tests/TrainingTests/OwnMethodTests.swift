import Networks
import RandomStreams
import SearchSpaces
import Supernet
import SupernetFixtures
import Testing
import Torch
import Training

/// Methods of a caller's own, through what the room shows to others.
@Suite("Training by methods of one's own") struct OwnMethodTests {
  private static let key = "classifier.linear.linear.bias"

  private func supernet() throws -> Supernet {
    try Supernet(
      space: Fixture.space("resnet50-small"),
      random: RandomStream(seed: 1, name: "weights")
    )
  }

  /// One step moves each weight by minus its gradient.
  private func plain() -> TrainingConfiguration {
    var plain = TrainingConfiguration()
    plain.learningRate = 1
    plain.momentum = 0
    plain.weightDecay = 0
    return plain
  }

  /// Beside the labels, a fixed network's probabilities: with more weight on the images that it
  /// classifies rightly, as in positive-congruent training.
  private struct FocalDistillation: Objective {
    /// By the images' indices in the data set.
    let weights: [Float]

    func loss(_ logits: Tensor, on part: BatchPart) throws -> Tensor {
      let labelled = try logits.crossEntropy(labels: part.labels)
      guard let target = part.target else { return labelled }
      let distances = try -(logits.logSoftmax(1) * target).sum([1])
      let weights = try Tensor(part.indices.map { self.weights[$0] }, shape: [part.count])
      return try labelled + (distances * weights).mean()
    }
  }

  /// The gradient is that of the formula, and each image has its own weight, whichever thread it is on.
  @Test(arguments: [1, 3])
  func anObjectiveMayKnowEveryImage(threads: Int) throws {
    let count = 50
    let teacher = try Teacher(supernet(), calibratedOn: [Fixture.batch(16, seed: 3)])
    var random = RandomStream(seed: 4, name: "weights of images")
    let weights = (0..<200).map { _ in random.uniform() < 0.5 ? Float(0) : 4 }
    let indices = (0..<count).map { _ in random.uniform(below: 200) }
    let batch = try TrainingBatch(
      images: Fixture.batch(count),
      labels: Fixture.labels(count),
      indices: indices
    )
    let supernet = try supernet()
    let smallest = supernet.space.smallest
    let trainer = try NetworkTrainer(
      supernet,
      configuration: plain(),
      phases: [TrainingPhase("only", steps: 1)],
      sampling: SingleNetwork(smallest),
      objective: FocalDistillation(weights: weights),
      targets: FixedTargets(teacher, for: .all),
      seed: 1
    )
    let probabilities: [Float] = try withoutGradient {
      try self.supernet().trainingLogits(batch.images, smallest).softmax(1).array()
    }
    let target: [Float] = try teacher.probabilities(batch.images).array()
    let labels = try batch.labels.array(Int.self)
    let before: [Float] = try supernet.tensor(Self.key).array()
    let step = try TorchRuntime.withThreads(threads) { try trainer.step(batch) }
    let after: [Float] = try supernet.tensor(Self.key).array()
    for output in 0..<10 {
      var gradient: Float = 0
      for image in 0..<count {
        let probability = probabilities[image * 10 + output]
        gradient += probability - (labels[image] == output ? 1 : 0)
        gradient += weights[indices[image]] * (probability - target[image * 10 + output])
      }
      #expect(abs(before[output] - after[output] - gradient / Float(count)) <= 1e-4)
    }
    #expect(try step.metrics().largestLoss != nil && trainer.isFinished)
  }

  /// Two networks of one chain, the larger first.
  private struct Chain: SubnetSampling {
    let space: any SearchSpace

    func visits(at step: Int, in phase: TrainingPhase) -> [SubnetVisit] {
      let middle = space.architecture(varying: .all) { $0 / 2 }
      return [SubnetVisit(.largest, middle), SubnetVisit(.smallest, space.smallest)]
    }
  }

  /// The target of an image is kept from the last step that saw it, and saved with the training.
  private final class LastSeen: TargetSource {
    private(set) var seen = 0.0

    func beginStep(on batch: TrainingBatch, in phase: TrainingPhase) { seen += 1 }

    func target(for visit: SubnetVisit, of batch: TrainingBatch) throws -> Tensor? {
      try .full(1 / 10, shape: [batch.count, 10])
    }

    func state() throws -> [String: Tensor] { ["seen": try Tensor(seen)] }

    func restore(_ state: [String: Tensor], training network: Supernet) throws {
      seen = try state["seen"]?.scalar() ?? 0
    }
  }

  @Test func networksAndTargetsMayBeOnesOwn() throws {
    func trainer(_ targets: LastSeen) throws -> NetworkTrainer {
      let supernet = try supernet()
      return try NetworkTrainer(
        supernet,
        configuration: TrainingConfiguration(),
        phases: [TrainingPhase("chain", steps: 4)],
        sampling: Chain(space: supernet.space),
        objective: DistillationLoss(weight: 0.5, labels: LabelLoss()),
        targets: targets,
        seed: 1
      )
    }
    let targets = LastSeen()
    let first = try trainer(targets)
    #expect(
      first.visits(at: 2).count == 2 && first.visits(at: 2)[0] != first.supernet.space.largest
    )
    for seed in UInt64(1)...2 { _ = try first.step(Fixture.trainingBatch(8, seed: seed)) }
    let restored = LastSeen()
    let second = try trainer(restored)
    try second.restore(first.state())
    #expect(restored.seen == 2 && second.stepsDone == 2)
    let batch = try Fixture.trainingBatch(8, seed: 3)
    #expect(try first.step(batch).metrics() == second.step(batch).metrics())
  }

  /// A loss that is no number although its gradients are.
  private struct LostLoss: Objective {
    func loss(_ logits: Tensor, on part: BatchPart) throws -> Tensor {
      try logits.crossEntropy(labels: part.labels) + .full(.infinity, shape: [])
    }
  }

  @Test func aLossThatIsNotFiniteIsNoticedBeforeTheWeightsMove() throws {
    let supernet = try supernet()
    let trainer = try NetworkTrainer(
      supernet,
      configuration: plain(),
      phases: [TrainingPhase("only", steps: 1)],
      sampling: SingleNetwork(supernet.space.smallest),
      objective: LostLoss(),
      seed: 1
    )
    let before = try supernet.parameters.map { try $0.value.bytes() }
    #expect(throws: TrainingError.diverged(step: 0, loss: .infinity)) {
      try trainer.step(Fixture.trainingBatch(8))
    }
    #expect(try supernet.parameters.map { try $0.value.bytes() } == before)
    #expect(trainer.stepsDone == 0)
  }

  /// A step reads one number from the device for each update; losses only when they are asked for.
  @Test(arguments: [(TrainingConfiguration.Updates.subnet, 4), (.batch, 1)])
  func lossesAreReadWhenTheyAreLogged(_ updates: TrainingConfiguration.Updates, reads: Int) throws {
    var configuration = TrainingConfiguration()
    configuration.randomSubnets = 2
    configuration.updates = updates
    configuration.gradientClip = 1
    let trainer = try NetworkTrainer(
      supernet(),
      configuration: configuration,
      stepsPerEpoch: 4,
      seed: 1
    )
    let batch = try Fixture.trainingBatch(8)
    var step: TrainingStep?
    #expect(try HostReads.count { step = try trainer.step(batch) } == reads)
    // Of the largest, the smallest and the random ones, and the accuracy.
    #expect(try HostReads.count { _ = try step?.metrics() } == 4)
  }

  @Test func batchesThatDoNotFitAreRefused() throws {
    let (images, labels) = (try Fixture.batch(4), try Fixture.labels(4))
    for (images, labels, indices) in [
      (images, labels, [1, 2, 3]), (images, try Fixture.labels(3), [1, 2, 3, 4]),
      (try images.reshaped([4, 256]), labels, [1, 2, 3, 4]),
    ] {
      #expect(throws: TrainingError.self) {
        try TrainingBatch(images: images, labels: labels, indices: indices)
      }
    }
  }
}
