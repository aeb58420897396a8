import Supernet

/// How a supernet is trained: everything that a seed does not decide.
///
/// The defaults are this project's own choices for small images, near to those of Once-for-All and
/// BigNAS. Missing keys of a stored configuration take their defaults, so that it can grow.
public struct TrainingConfiguration: Sendable, Hashable, Codable {
  /// Optimisation steps of the whole training.
  public var steps = 1000
  /// How the steps divide; none for one phase in which everything is elastic.
  public var phases: [TrainingPhase] = []
  /// Steps of each phase in which the learning rate rises linearly from 0 to its peak.
  public var warmUpSteps = 50
  /// The peak, from which a half cosine falls to ``finalLearningRate`` at the last step of the phase.
  public var learningRate = 0.1
  public var finalLearningRate = 0.0
  /// Of Nesterov's method.
  public var momentum = 0.9
  /// Of weights and kernel matrices; batch norm and biases have none.
  public var weightDecay = 3e-5
  public var labelSmoothing = 0.1
  /// Bound on the global norm of the gradients of one update; nil for none.
  public var gradientClipping: Double?
  /// Whether each step visits the largest and the smallest subnet.
  public var sandwich = true
  /// Random subnets a step, beside those.
  public var randomSubnets = 2
  public var sampling = Sampling.uniform
  public var updates = Updates.batch
  public var gradients = Gradients.sum
  public var distillation = Distillation.inPlace
  /// Weight `w` of the distillation in the subnets' loss `w * H(target) + (1 - w) * H(labels)`.
  public var distillationWeight = 1.0
  /// Decay of the average of the weights that the training ends with; 0 for the last weights.
  public var averaging = 0.0
  /// Dropout only where the labels are learned (BigNAS, section 3.1), or in all subnets.
  public var dropoutOnlyInLargest = true
  /// Of the products of dense convolutions. Weights, sums, batch norm and depthwise convolutions are
  /// float32 either way.
  public var precision = ComputePrecision.float32

  /// How random subnets are drawn.
  public enum Sampling: String, Sendable, Hashable, Codable, CaseIterable {
    /// Each decision by itself. Most subnets are then of middling size.
    case uniform
    /// A level in 0...1 first, then each choice binomially by that level: small and large subnets are
    /// as likely as middling ones, and each decision by itself is uniform still (Bayes' billiard
    /// table). Our own rule.
    case spread
  }

  /// When the optimiser steps.
  public enum Updates: String, Sendable, Hashable, Codable, CaseIterable {
    /// Once a batch, on the gradients of all subnets together.
    case batch
    /// After every subnet.
    case subnet
  }

  /// How the gradients of a step's subnets become one.
  public enum Gradients: String, Sendable, Hashable, Codable, CaseIterable {
    case sum, mean
  }

  /// What the subnets other than the largest learn from, which learns from the labels.
  public enum Distillation: String, Sendable, Hashable, Codable, CaseIterable {
    /// The largest's softmax in the same step.
    case inPlace = "in-place"
    /// The softmax of a fixed ``Teacher``.
    case teacher
    /// The labels.
    case none
  }

  public init() {}

  /// ``phases``, or the one that an empty list stands for.
  var resolvedPhases: [TrainingPhase] { phases.isEmpty ? [whole] : phases }

  /// All steps as one phase in which everything is elastic.
  var whole: TrainingPhase { TrainingPhase("all", steps: steps) }
}

extension TrainingConfiguration {
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys, _ field: inout Value) throws {
      if let value = try values.decodeIfPresent(Value.self, forKey: key) { field = value }
    }
    self.init()
    try read(.steps, &steps)
    try read(.phases, &phases)
    try read(.warmUpSteps, &warmUpSteps)
    try read(.learningRate, &learningRate)
    try read(.finalLearningRate, &finalLearningRate)
    try read(.momentum, &momentum)
    try read(.weightDecay, &weightDecay)
    try read(.labelSmoothing, &labelSmoothing)
    gradientClipping = try values.decodeIfPresent(Double.self, forKey: .gradientClipping)
    try read(.sandwich, &sandwich)
    try read(.randomSubnets, &randomSubnets)
    try read(.sampling, &sampling)
    try read(.updates, &updates)
    try read(.gradients, &gradients)
    try read(.distillation, &distillation)
    try read(.distillationWeight, &distillationWeight)
    try read(.averaging, &averaging)
    try read(.dropoutOnlyInLargest, &dropoutOnlyInLargest)
    try read(.precision, &precision)
  }
}
