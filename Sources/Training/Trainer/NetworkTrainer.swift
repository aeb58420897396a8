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
  private let objective: any Objective
  private let parallel: DataParallel
  private let dropout: RandomStream

  /// A training by methods of the caller's choice. The configuration gives the rest: learning rates
  /// and momentum, weight decay, clipping, updates and their gradients, the average, dropout and
  /// precision.
  ///
  /// Throws ``TrainingError/invalidConfiguration(field:reason:)``.
  public init(
    _ supernet: Supernet,
    configuration: TrainingConfiguration,
    phases: [TrainingPhase],
    sampling: any SubnetSampling,
    objective: any Objective,
    targets: any TargetSource = NoTargets(),
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
    self.objective = objective
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
    try targets.beginStep(on: batch, in: phase)
    var losses: [(role: SubnetVisit.Role, value: Tensor)] = []
    var accuracy: Tensor?
    var norms: [Double] = []
    for (number, visit) in visits.enumerated() {
      let (logits, loss) = try forwardAndBackward(
        visit,
        on: batch,
        target: withoutGradient { try targets.target(for: visit, of: batch) },
        scale: scale,
        dropout: stream.substream(UInt64(number))
      )
      losses.append((visit.role, loss))
      if configuration.updates == .subnet {
        norms.append(try update([loss], learningRate: rate))
      }
      if visit.role.leads {
        accuracy = try withoutGradient {
          try logits.argmax(1).equal(batch.labels).to(.float32).mean()
        }
      }
      try targets.visited(visit, logits: logits)
    }
    if configuration.updates == .batch {
      norms.append(try update(losses.map(\.value), learningRate: rate))
    }
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

  /// One network forward and, with its loss times `scale`, backward: the gradients are added to those
  /// of the parameters. Logits `[batch, classes]` and the loss of the batch, cut off from autograd.
  private func forwardAndBackward(
    _ visit: SubnetVisit,
    on batch: TrainingBatch,
    target: Tensor?,
    scale: Double,
    dropout: RandomStream
  ) throws -> (logits: Tensor, loss: Tensor) {
    let network = try supernet.space.network(visit.architecture)
    let drops = visit.role.leads || !configuration.dropoutOnlyInLargest
    supernet.weightsChanged()
    let shards = try parallel.map(batch: batch.count) { shard in
      let pass = try TrainingPass(
        supernet,
        shard: shard,
        precision: configuration.precision,
        dropout: drops ? network.dropout : 0,
        random: dropout
      )
      let input = try supernet.space.input.images(
        shard.rows(of: batch.images),
        for: visit.architecture
      )
      let logits = try pass.logits(input, of: network)
      let part = BatchPart(
        visit: visit,
        labels: try shard.rows(of: batch.labels),
        indices: Array(batch.indices[shard.start..<shard.start + shard.count]),
        target: try target.map(shard.rows)
      )
      let mean = try objective.loss(logits, on: part)
      let loss = shard.weight == 1 ? mean : try mean * shard.weight
      try (scale == 1 ? loss : loss * scale).backward()
      return (logits: try logits.detached(), loss: try loss.detached())
    }
    guard shards.count > 1 else { return shards[0] }
    return try withoutGradient {
      try (
        .concatenated(shards.map(\.logits), dimension: 0),
        .stacked(shards.map(\.loss)).sum()
      )
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
