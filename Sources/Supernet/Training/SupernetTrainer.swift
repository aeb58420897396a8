import Decisions
import RandomStreams
import SearchSpaces
import Torch

/// Trains a supernet, one batch at a time: sandwich rule with in-place distillation, SGD with
/// Nesterov momentum.
///
/// Each step runs the largest subnet on the labels, then the smallest and some random ones on the
/// largest's softmax; gradients add up before the one optimiser step. Everything random follows from
/// the seed and the number of the step, so a trainer restored from ``state()`` goes on exactly as the
/// one it was saved from, given the same batches.
///
/// ```swift
/// let trainer = try SupernetTrainer(supernet, configuration: configuration, seed: 1)
/// while !trainer.isFinished {
///   let metrics = try trainer.step(images: images, labels: labels)
/// }
/// ```
public final class SupernetTrainer {
  public let supernet: Supernet
  public let configuration: TrainingConfiguration
  /// Steps done.
  public private(set) var stepsDone = 0
  private let optimizer: SGD
  private let schedule: LearningRateSchedule
  private let sampler: SubnetSampler
  private let dropout: RandomStream

  /// With `only`, that architecture is trained alone, on the labels, with everything else as it is:
  /// what a subnet is compared with. Its weights are the leading slices of the supernet's.
  ///
  /// Throws ``SupernetError/invalidTraining(field:reason:)``, and ``DecisionError`` where `only` is of
  /// another space.
  public init(
    _ supernet: Supernet,
    configuration: TrainingConfiguration,
    only: Architecture? = nil,
    seed: UInt64
  ) throws {
    try configuration.validate()
    let only = try only.map { try supernet.space.decisions.canonical($0.choices) }
    self.supernet = supernet
    self.configuration = configuration
    let decayed = Set(supernet.layout.filter(\.role.isDecayed).map(\.key))
    optimizer = try SGD(supernet.parameters, momentum: configuration.momentum) {
      decayed.contains($0) ? configuration.weightDecay : 0
    }
    schedule = LearningRateSchedule(configuration: configuration)
    sampler = SubnetSampler(
      space: supernet.space,
      randomSubnets: configuration.randomSubnets,
      random: RandomStream(seed: seed, name: "supernet.training.subnets"),
      only: only
    )
    dropout = RandomStream(seed: seed, name: "supernet.training.dropout")
  }

  /// The architectures that a step trains, whether it is done or to come.
  public func visits(at step: Int) -> [Architecture] {
    sampler.subnets(at: step).map(\.architecture)
  }

  public var isFinished: Bool { stepsDone >= configuration.steps }

  /// What one step measured.
  public struct Metrics: Sendable, Hashable, Codable {
    /// Counted from 0.
    public var step: Int
    /// Cross entropy of the largest subnet, or of the only one trained, with the smoothed labels.
    public var largestLoss: Double
    /// Cross entropy of the smallest subnet with its target; nil where only one is trained.
    public var smallestLoss: Double?
    /// The mean over the random subnets; nil without any.
    public var randomLoss: Double?
    /// Share of the batch that the largest subnet (or the only one), as trained (with dropout),
    /// classifies rightly.
    public var largestAccuracy: Double
    public var learningRate: Double
    /// Of the summed gradients, before clipping.
    public var gradientNorm: Double
  }

  /// One step on normalised images `[batch, channels, height, width]` and labels (int64, `[batch]`),
  /// both on the supernet's device. Where the resolution is a decision, each subnet takes the images
  /// at its own.
  ///
  /// Throws ``SupernetError/diverged(step:loss:)``, and then leaves the weights alone; batch norm's running
  /// statistics have moved.
  public func step(images: Tensor, labels: Tensor) throws -> Metrics {
    var losses: [SubnetSampler.Role: [Tensor]] = [:]
    var target: Tensor?
    var correct: Tensor?
    let stream = dropout.substream(UInt64(stepsDone))
    for (index, subnet) in sampler.subnets(at: stepsDone).enumerated() {
      var random = stream.substream(UInt64(index))
      let isFirst = subnet.role == .largest || subnet.role == .only
      let drops = isFirst || !configuration.dropoutOnlyInLargest
      let input = try supernet.space.input.images(images, for: subnet.architecture)
      let logits =
        drops
        ? try supernet.trainingLogits(input, subnet.architecture, dropout: &random)
        : try supernet.trainingLogits(input, subnet.architecture)
      let loss =
        if let target {
          try logits.crossEntropy(probabilities: target)
        } else {
          try logits.crossEntropy(labels: labels, smoothing: configuration.labelSmoothing)
        }
      try loss.backward()
      losses[subnet.role, default: []].append(try loss.detached())
      guard isFirst else { continue }
      try withoutGradient {
        let logits = try logits.detached()
        correct = try logits.argmax(1).equal(labels).to(.float32).mean()
        if configuration.distillation == .inPlace { target = try logits.softmax(1) }
      }
    }
    return try finish(losses, accuracy: correct?.scalar() ?? 0)
  }

  private func finish(
    _ losses: [SubnetSampler.Role: [Tensor]],
    accuracy: Double
  ) throws -> Metrics {
    func mean(_ role: SubnetSampler.Role) throws -> Double? {
      guard let values = losses[role], !values.isEmpty else { return nil }
      return try Tensor.stacked(values).mean().scalar()
    }
    let largest = try mean(.largest) ?? mean(.only) ?? 0
    let (smallest, random) = (try mean(.smallest), try mean(.random))
    let parameters = supernet.parameters.map(\.value)
    let norm = try clipGradients(parameters, to: configuration.gradientClipping)
    let total = largest + (smallest ?? 0) + (random ?? 0) + norm
    guard total.isFinite else {
      for parameter in parameters { try parameter.clearGradient() }
      throw SupernetError.diverged(step: stepsDone, loss: largest)
    }
    let rate = schedule.rate(at: stepsDone)
    try optimizer.step(learningRate: rate)
    supernet.weightsChanged()
    let metrics = Metrics(
      step: stepsDone,
      largestLoss: largest,
      smallestLoss: smallest,
      randomLoss: random,
      largestAccuracy: accuracy,
      learningRate: rate,
      gradientNorm: norm
    )
    stepsDone += 1
    return metrics
  }

  /// Everything needed to go on: `supernet/<tensor>`, `optimizer/velocity/<parameter>` and `steps`,
  /// on the processor.
  public func state() throws -> [String: Tensor] {
    var result = ["steps": try Tensor(Int64(stepsDone))]
    for (name, tensor) in try supernet.state() { result["supernet/" + name] = tensor }
    for (name, tensor) in try optimizer.state() { result["optimizer/" + name] = tensor }
    return result
  }

  /// Takes a state of a trainer of the same space; configuration and seed are the caller's to keep.
  ///
  /// Throws ``SupernetError`` or ``TorchError`` for a state that does not fit.
  public func restore(_ state: [String: Tensor]) throws {
    func part(_ prefix: String) -> [String: Tensor] {
      Dictionary(
        uniqueKeysWithValues: state.compactMap { key, value in
          key.hasPrefix(prefix) ? (String(key.dropFirst(prefix.count)), value) : nil
        }
      )
    }
    guard let steps = state["steps"] else { throw SupernetError.missingTensors(["steps"]) }
    let weights = part("supernet/")
    try checkState(weights, against: supernet.layout)
    try optimizer.restore(part("optimizer/"))
    try supernet.load(weights)
    stepsDone = Int(try steps.scalar())
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
