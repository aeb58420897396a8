import Networks
import RandomStreams
import SearchSpaces
import Supernet
import Torch

/// Trains a network, one batch at a time: SGD with Nesterov momentum on the networks that each step
/// visits, phase after phase. A supernet and a network alone are trained by the same steps.
///
/// Training methods are values that can be passed in: a ``SubnetSampling`` chooses the networks of
/// a step, a ``TargetSource`` gives what they learn from beside the labels, and an ``Objective`` is
/// their loss. A ``TrainingConfiguration`` names the usual ones.
///
/// Where networks are to learn from each other's answers to a batch, a ``JointObjective`` takes the place
/// of objective and targets.
///
/// The phase follows from the number of steps done, and everything random from the seed and that
/// number, so a trainer restored from ``state()`` goes on exactly as the one it was saved from, given
/// the same batches.
///
/// ```swift
/// let trainer = try NetworkTrainer(
///   supernet, configuration: configuration, stepsPerEpoch: loader.batchesPerEpoch, seed: 1)
/// while !trainer.isFinished {
///   let step = try trainer.step(TrainingBatch(images: images, labels: labels, indices: indices))
///   if step.number % 100 == 0 { print(try step.metrics()) }
/// }
/// let trained = try trainer.result()
/// ```
public final class NetworkTrainer {
  public let supernet: Supernet
  public let configuration: TrainingConfiguration
  /// In the order in which they are gone through.
  public let phases: [TrainingPhase]
  /// Steps done.
  public internal(set) var stepsDone = 0
  var optimizer: SGD
  let average: ExponentialMovingAverage?
  package let targets: any TargetSource
  private let sampling: any SubnetSampling
  private let losses: LossRule
  private let parallel: DataParallel
  private let dropout: RandomStream

  /// A training by methods of the caller's choice. The configuration gives the rest: learning rates
  /// and momentum, weight decay, clipping, updates and their gradients, the average, dropout and
  /// precision.
  ///
  /// Throws ``TrainingError/invalidConfiguration(field:reason:)``.
  public convenience init(
    _ supernet: Supernet,
    configuration: TrainingConfiguration,
    phases: [TrainingPhase],
    sampling: any SubnetSampling,
    objective: any Objective,
    targets: any TargetSource = NoTargets(),
    seed: UInt64
  ) throws {
    try self.init(
      supernet,
      configuration: configuration,
      phases: phases,
      sampling: sampling,
      losses: .each(objective),
      targets: targets,
      seed: seed
    )
  }

  /// The same with the losses of a step's networks computed together: all go forward, then all
  /// backward, and there is one update of a step whatever the configuration says about updates.
  public convenience init(
    _ supernet: Supernet,
    configuration: TrainingConfiguration,
    phases: [TrainingPhase],
    sampling: any SubnetSampling,
    objective: any JointObjective,
    seed: UInt64
  ) throws {
    try self.init(
      supernet,
      configuration: configuration,
      phases: phases,
      sampling: sampling,
      losses: .joint(objective),
      targets: NoTargets(),
      seed: seed
    )
  }

  private init(
    _ supernet: Supernet,
    configuration: TrainingConfiguration,
    phases: [TrainingPhase],
    sampling: any SubnetSampling,
    losses: LossRule,
    targets: any TargetSource,
    seed: UInt64
  ) throws {
    try configuration.validate()
    guard !phases.isEmpty, phases.allSatisfy({ $0.steps > 0 && ($0.learningRate ?? 1) > 0 }) else {
      throw TrainingError.invalidConfiguration(
        field: "phases",
        reason: "there must be one, and each must have steps and a learning rate above 0"
      )
    }
    self.supernet = supernet
    self.configuration = configuration
    self.phases = phases
    self.sampling = sampling
    self.losses = losses
    self.targets = targets
    parallel = DataParallel(supernet)
    optimizer = try Self.optimizer(of: supernet, configuration)
    average =
      configuration.averageDecay > 0
      ? try ExponentialMovingAverage(of: supernet, decay: configuration.averageDecay) : nil
    dropout = RandomStream(seed: seed, name: "supernet.training.dropout")
  }

  /// Of all phases together.
  public var steps: Int { phases.reduce(0) { $0 + $1.steps } }

  public var isFinished: Bool { stepsDone >= steps }

  /// The architectures that a step visits, in order; steps count over the whole training.
  public func visits(at step: Int) -> [Architecture] {
    sampling.visits(at: step, in: phases[position(of: step).phase]).map(\.architecture)
  }

  /// One step on a batch. Where the resolution is a decision, each network takes the images at its own.
  ///
  /// The loss stays on the device: ``TrainingStep/metrics()`` reads it when it is wanted. Each
  /// update reads one value, the norm of the gradients, which is not a number where the loss is not
  /// finite: a training that diverges is thus noticed before it touches the weights.
  ///
  /// Throws ``TrainingError/diverged(step:loss:)``, and then leaves the weights as the last update
  /// made them; batch norm's running statistics have moved.
  public func step(_ batch: TrainingBatch) throws -> TrainingStep {
    let (index, done) = position(of: stepsDone)
    if done == 0 { try enter(index) }
    let phase = phases[index]
    let visits = sampling.visits(at: stepsDone, in: phase)
    let scale = configuration.gradients == .mean ? 1 / Double(visits.count) : 1
    let rate = LearningRateSchedule(configuration, phase: phase).rate(at: done)
    let stream = dropout.substream(UInt64(stepsDone))
    let turns = visits.enumerated().map { Turn(visit: $1, dropout: stream.substream(UInt64($0))) }
    try targets.beginStep(on: batch, in: phase)
    var losses: [(role: SubnetVisit.Role, value: Tensor)] = []
    var accuracy: Tensor?
    var norms: [Double] = []
    // Those that go forward together.
    for group in self.losses.isJoint ? [turns] : turns.map({ [$0] }) {
      let passed = try forwardAndBackward(group, on: batch, scale: scale)
      for (turn, (logits, loss)) in zip(group, passed) {
        losses.append((turn.visit.role, loss))
        if turn.visit.role.leads {
          accuracy = try withoutGradient {
            try logits.argmax(1).equal(batch.labels).to(.float32).mean()
          }
        }
        try targets.visited(turn.visit, logits: logits)
      }
      if !self.losses.isJoint, configuration.updates == .subnet {
        norms.append(try update(passed.map(\.loss), learningRate: rate))
      }
    }
    if norms.isEmpty { norms.append(try update(losses.map(\.value), learningRate: rate)) }
    let step = TrainingStep(
      number: stepsDone,
      phase: index,
      learningRate: rate,
      gradientNorm: norms.reduce(0, +) / Double(max(1, norms.count)),
      losses: losses,
      accuracy: accuracy
    )
    stepsDone += 1
    return step
  }

  /// Networks forward and, with the sum of their losses times `scale`, backward: the gradients are added
  /// to those of the parameters. Of each, logits `[batch, classes]` and the loss of the batch, cut off
  /// from autograd.
  private func forwardAndBackward(
    _ turns: [Turn],
    on batch: TrainingBatch,
    scale: Double
  ) throws -> [(logits: Tensor, loss: Tensor)] {
    let targets = try withoutGradient {
      try turns.map { try self.targets.target(for: $0.visit, of: batch) }
    }
    let networks = try turns.map { try supernet.space.network($0.visit.architecture) }
    supernet.weightsChanged()
    let shards = try parallel.map(batch: batch.count) { shard in
      let images = try shard.rows(of: batch.images)
      let labels = try shard.rows(of: batch.labels)
      let indices = Array(batch.indices[shard.start..<shard.start + shard.count])
      let logits = try zip(turns, networks).map { turn, network in
        let drops = turn.visit.role.leads || !configuration.dropoutOnlyInLargest
        let pass = try TrainingPass(
          supernet,
          shard: shard,
          precision: configuration.precision,
          dropout: drops ? network.dropout : 0,
          random: turn.dropout
        )
        return try pass.logits(
          supernet.space.input.images(images, for: turn.visit.architecture),
          of: network
        )
      }
      let parts = try zip(turns, targets).map { turn, target in
        BatchPart(
          visit: turn.visit,
          labels: labels,
          indices: indices,
          target: try target.map(shard.rows)
        )
      }
      let means = try losses(of: logits, on: parts)
      let weighted = try shard.weight == 1 ? means : means.map { try $0 * shard.weight }
      let sum = weighted.count == 1 ? weighted[0] : try Tensor.stacked(weighted).sum()
      try (scale == 1 ? sum : sum * scale).backward()
      return try zip(logits, weighted).map { (logits: try $0.detached(), loss: try $1.detached()) }
    }
    guard shards.count > 1 else { return shards[0] }
    return try withoutGradient {
      try turns.indices.map { index in
        try (
          .concatenated(shards.map { $0[index].logits }, dimension: 0),
          .stacked(shards.map { $0[index].loss }).sum()
        )
      }
    }
  }

  private func losses(of logits: [Tensor], on parts: [BatchPart]) throws -> [Tensor] {
    switch losses {
    case .each(let objective):
      return try zip(logits, parts).map { try objective.loss($0, on: $1) }
    case .joint(let objective):
      return try objective.losses(logits, on: parts)
    }
  }

  /// One step of the optimiser on the gradients collected for `losses`. Returns their norm.
  private func update(_ losses: [Tensor], learningRate: Double) throws -> Double {
    let parameters = supernet.parameters.map(\.value)
    let limit = configuration.gradientClip > 0 ? configuration.gradientClip : nil
    let norm = try clipGradients(parameters, of: losses, to: limit)
    guard norm.isFinite else {
      for parameter in parameters { try parameter.clearGradient() }
      throw TrainingError.diverged(
        step: stepsDone,
        loss: try Tensor.stacked(losses).sum().scalar()
      )
    }
    try optimizer.step(learningRate: learningRate)
    supernet.weightsChanged()
    try average?.update(from: supernet)
    return norm
  }

  /// The phase that a step belongs to, and the steps of it that come before.
  private func position(of step: Int) -> (phase: Int, done: Int) {
    var begun = 0
    for (index, phase) in phases.enumerated() {
      if step < begun + phase.steps || index == phases.count - 1 { return (index, step - begun) }
      begun += phase.steps
    }
    return (0, step)
  }
}

/// How the networks of a step get their losses.
private enum LossRule {
  case each(any Objective)
  case joint(any JointObjective)

  var isJoint: Bool {
    if case .joint = self { true } else { false }
  }
}

/// A visit and what it draws dropout from.
private struct Turn {
  var visit: SubnetVisit
  var dropout: RandomStream
}
