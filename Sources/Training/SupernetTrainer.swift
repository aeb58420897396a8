import Networks
import RandomStreams
import SearchSpaces
import Supernet
import Torch

/// Trains a supernet, one batch at a time: SGD with Nesterov momentum on the subnets that each step
/// visits, phase after phase.
///
/// By default each step runs the largest subnet on the labels, then the smallest and some random ones
/// on the largest's softmax; gradients add up before the one optimiser step. ``TrainingConfiguration``
/// says what else there is.
///
/// The phase follows from the number of steps done, and everything random from the seed and that
/// number, so a trainer restored from ``state()`` goes on exactly as the one it was saved from, given
/// the same batches.
///
/// ```swift
/// let trainer = try SupernetTrainer(supernet, configuration: configuration, seed: 1)
/// while !trainer.isFinished {
///   let metrics = try trainer.step(images: images, labels: labels)
/// }
/// let trained = try trainer.result()
/// ```
public final class SupernetTrainer {
  public let supernet: Supernet
  public let configuration: TrainingConfiguration
  /// In the order in which they are gone through.
  public let phases: [TrainingPhase]
  /// Steps done.
  public internal(set) var stepsDone = 0
  var optimizer: SGD
  let average: WeightAverage?
  /// In phases that have one: what subnets learn from.
  var teacher: Teacher?
  /// Whether the teacher came with the training and is not part of its state.
  let teacherIsGiven: Bool
  private let hasTeacher: Bool
  private let calibration: () throws -> [Tensor]
  private let dataParallel: DataParallel
  private let sampler: SubnetSampler
  private let dropout: RandomStream

  /// With `only`, that architecture is trained alone for all steps in one phase, on the labels, with
  /// everything else as it is: what a subnet is compared with. Its weights are the leading slices of
  /// the supernet's.
  ///
  /// Distillation from a fixed teacher takes `teacher`, or else the largest network as it stands when
  /// the first phase begins in which something is elastic, calibrated on what `calibration` gives:
  /// batches of training images, the same at every call.
  ///
  /// Throws ``SupernetError/invalidTraining(field:reason:)``, and ``DecisionError`` where `only` is of
  /// another space.
  public init(
    _ supernet: Supernet,
    configuration: TrainingConfiguration,
    only: Architecture? = nil,
    teacher: Teacher? = nil,
    calibration: @escaping () throws -> [Tensor] = { [] },
    seed: UInt64
  ) throws {
    try configuration.validate()
    self.supernet = supernet
    dataParallel = DataParallel(supernet)
    self.configuration = configuration
    phases = only == nil ? configuration.resolvedPhases : [configuration.whole]
    optimizer = try Self.optimizer(of: supernet, configuration)
    average =
      configuration.averaging > 0
      ? try WeightAverage(of: supernet, decay: configuration.averaging) : nil
    hasTeacher = only == nil && configuration.distillation == .teacher
    self.teacher = hasTeacher ? teacher : nil
    teacherIsGiven = self.teacher != nil
    self.calibration = calibration
    sampler = SubnetSampler(
      space: supernet.space,
      sandwich: configuration.sandwich,
      randomSubnets: configuration.randomSubnets,
      sampling: configuration.sampling,
      random: RandomStream(seed: seed, name: "supernet.training.subnets"),
      only: try only.map { try supernet.space.decisions.canonical($0.choices) }
    )
    dropout = RandomStream(seed: seed, name: "supernet.training.dropout")
  }

  /// The architectures that a step of the whole training visits, in the order in which it does. A fixed
  /// teacher's pass comes on top.
  public func visits(at step: Int) -> [Architecture] {
    sampler.subnets(at: step, elastic: phases[position(of: step).phase].elastic)
      .map(\.architecture)
  }

  public var isFinished: Bool { stepsDone >= configuration.steps }

  /// What one step measured.
  public struct Metrics: Sendable, Hashable, Codable {
    /// Counted from 0.
    public var step: Int
    /// Index of the phase.
    public var phase: Int
    /// Cross entropy of the largest subnet, or of the only one trained, with the smoothed labels; nil
    /// where the step did not visit it, as for the others.
    public var largestLoss: Double?
    /// Loss of the smallest subnet, which depends on the distillation.
    public var smallestLoss: Double?
    /// The mean over the random subnets.
    public var randomLoss: Double?
    /// Share of the batch that the largest subnet (or the only one), as trained (with dropout),
    /// classifies rightly.
    public var largestAccuracy: Double?
    public var learningRate: Double
    /// Of the gradients of an update before clipping; the mean over the updates of the step.
    public var gradientNorm: Double
  }

  /// One step on normalised images `[batch, channels, height, width]` and labels (int64, `[batch]`),
  /// both on the supernet's device. Where the resolution is a decision, each subnet takes the images
  /// at its own.
  ///
  /// Throws ``SupernetError/diverged(step:loss:)``, and then leaves the weights as the last update
  /// made them; batch norm's running statistics have moved.
  public func step(images: Tensor, labels: Tensor) throws -> Metrics {
    let (index, done) = position(of: stepsDone)
    if done == 0 { try enter(index) }
    let phase = phases[index]
    let visits = sampler.subnets(at: stepsDone, elastic: phase.elastic)
    let scale = configuration.gradients == .mean ? 1 / Double(visits.count) : 1
    let rate = LearningRateSchedule(configuration, phase: phase).rate(at: done)
    let stream = dropout.substream(UInt64(stepsDone))
    var target = phase.elastic.isEmpty ? nil : try teacher?.probabilities(images)
    var losses: [SubnetSampler.Role: [Tensor]] = [:]
    var correct: Tensor?
    var norms: [Double] = []
    for (number, visit) in visits.enumerated() {
      let (logits, loss) = try descend(
        visit,
        images,
        labels: labels,
        target: target,
        scale: scale,
        dropout: stream.substream(UInt64(number))
      )
      losses[visit.role, default: []].append(loss)
      if configuration.updates == .subnet {
        norms.append(try update([loss], learningRate: rate))
      }
      guard visit.role.isFirst else { continue }
      try withoutGradient {
        correct = try logits.argmax(1).equal(labels).to(.float32).mean()
        if configuration.distillation == .inPlace { target = try logits.softmax(1) }
      }
    }
    if configuration.updates == .batch {
      norms.append(try update(losses.values.flatMap { $0 }, learningRate: rate))
    }
    func mean(_ roles: SubnetSampler.Role...) throws -> Double? {
      let values = roles.flatMap { losses[$0] ?? [] }
      return values.isEmpty ? nil : try Tensor.stacked(values).mean().scalar()
    }
    let metrics = Metrics(
      step: stepsDone,
      phase: index,
      largestLoss: try mean(.largest, .only),
      smallestLoss: try mean(.smallest),
      randomLoss: try mean(.random),
      largestAccuracy: try correct?.scalar(),
      learningRate: rate,
      gradientNorm: norms.reduce(0, +) / Double(max(1, norms.count))
    )
    stepsDone += 1
    return metrics
  }

  /// One subnet forward and, with its loss times `scale`, backward: the gradients are added to those of
  /// the parameters. Logits `[batch, classes]` and the loss of the batch.
  private func descend(
    _ visit: SubnetSampler.Visit,
    _ images: Tensor,
    labels: Tensor,
    target: Tensor?,
    scale: Double,
    dropout: RandomStream
  ) throws -> (logits: Tensor, loss: Tensor) {
    let network = try supernet.space.network(visit.architecture)
    let drops = visit.role.isFirst || !configuration.dropoutOnlyInLargest
    supernet.weightsChanged()
    let shards = try dataParallel.map(batch: labels.size(0)) { shard in
      let pass = try TrainingPass(
        supernet,
        shard: shard,
        precision: configuration.precision,
        dropout: drops ? network.dropout : 0,
        random: dropout
      )
      let input = try supernet.space.input.images(shard.rows(of: images), for: visit.architecture)
      let logits = try pass.logits(input, of: network)
      let mean = try loss(
        logits,
        of: visit,
        labels: shard.rows(of: labels),
        target: target.map(shard.rows)
      )
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

  /// The largest learns from the labels; the others from the target too, where there is one.
  private func loss(
    _ logits: Tensor,
    of visit: SubnetSampler.Visit,
    labels: Tensor,
    target: Tensor?
  ) throws -> Tensor {
    let weight = configuration.distillationWeight
    guard let target, !visit.role.isFirst, weight > 0 else {
      return try logits.crossEntropy(labels: labels, smoothing: configuration.labelSmoothing)
    }
    let distilled = try logits.crossEntropy(probabilities: target)
    guard weight < 1 else { return distilled }
    let labelled = try logits.crossEntropy(
      labels: labels,
      smoothing: configuration.labelSmoothing
    )
    return try distilled * weight + labelled * (1 - weight)
  }

  /// One step of the optimiser on the gradients collected for `losses`. Returns their norm.
  private func update(_ losses: [Tensor], learningRate: Double) throws -> Double {
    let parameters = supernet.parameters.map(\.value)
    let norm = try clipGradients(parameters, to: configuration.gradientClipping)
    let loss = try Tensor.stacked(losses).sum().scalar()
    guard (loss + norm).isFinite else {
      for parameter in parameters { try parameter.clearGradient() }
      throw SupernetError.diverged(step: stepsDone, loss: loss)
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

  /// What happens once, before the first step of a phase. Happening again it changes nothing, so a
  /// step that failed can be repeated.
  ///
  /// A phase starts from what the one before gave, as if it had been read from its file: from the
  /// averaged weights where there are any, without momentum.
  private func enter(_ index: Int) throws {
    let phase = phases[index]
    if index > 0 {
      if let average { try supernet.load(average.supernet.state().merging(buffers()) { $1 }) }
      optimizer = try Self.optimizer(of: supernet, configuration)
    }
    if hasTeacher, teacher == nil, !phase.elastic.isEmpty {
      teacher = try Teacher(supernet, calibratedOn: calibration())
    }
    if phase.sortsChannels { try supernet.sortChannels() }
    try average?.restart(from: supernet)
  }

  private func buffers() throws -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: supernet.buffers.map { ($0.name, $0.value) })
  }

  static func optimizer(
    of supernet: Supernet,
    _ configuration: TrainingConfiguration
  ) throws -> SGD {
    let decayed = Set(supernet.layout.filter(\.role.isDecayed).map(\.key))
    return try SGD(supernet.parameters, momentum: configuration.momentum) {
      decayed.contains($0) ? configuration.weightDecay : 0
    }
  }

  /// The supernet that the training has made so far: with averaged weights where there are any, then
  /// good until the next step.
  public func result() throws -> Supernet {
    guard let average else { return supernet }
    try average.takeBuffers(from: supernet)
    return average.supernet
  }
}

extension StoredTensor.Role {
  /// Whether weight decay applies: weights and kernel matrices, not batch norm nor biases.
  var isDecayed: Bool {
    switch self {
    case .convolutionWeight, .linearWeight, .kernelMatrix: true
    case .bias, .normWeight, .normBias, .runningMean, .runningVariance, .batchesTracked: false
    }
  }
}
