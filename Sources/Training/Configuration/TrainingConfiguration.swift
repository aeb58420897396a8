import Supernet

/// How networks are trained: everything that a seed does not decide.
///
/// A run embeds this type: every field has a key `supernet.<field>` with the same name, default and
/// rules. The defaults are this project's own choices for small images; `docs/supernet-training.md`
/// says what each was worth.
///
/// ```swift
/// var configuration = TrainingConfiguration()
/// configuration.epochs = 4
/// configuration.schedule = .largestFirst
/// let trainer = try NetworkTrainer(
///   supernet, configuration: configuration, stepsPerEpoch: 100, seed: 1)
/// ```
public struct TrainingConfiguration: Sendable, Hashable {
  public var schedule = TrainingSchedule.sandwich
  /// The schedule's phases to train; empty for all of them.
  public var phases: [String] = []
  /// Shares of the epochs, one per phase; empty for the schedule's own.
  public var phaseShares: [Double] = []
  /// Peaks of the learning rate, one per phase; empty for ``learningRate`` in every phase.
  public var phaseLearningRates: [Double] = []
  /// Passes over the training images. The trainer is told how many steps one pass takes.
  public var epochs = 8
  /// Images per step.
  public var batchSize = 64
  /// The peak, from which a half cosine falls to ``finalLearningRate`` at the last step of the phase.
  public var learningRate = 0.1
  public var finalLearningRate = 0.0
  /// Epochs of each phase in which the learning rate rises linearly from 0 to its peak.
  public var warmUpEpochs = 0.5
  /// Of Nesterov's method.
  public var momentum = 0.9
  /// Of weights and kernel matrices; batch norm and biases have none.
  public var weightDecay = 3e-5
  public var labelSmoothing = 0.1
  /// Whether each step visits the largest and the smallest subnet.
  public var sandwich = true
  /// Random subnets a step, beside those.
  public var randomSubnets = 4
  public var sampling = Sampling.uniform
  public var updates = Updates.subnet
  public var gradients = Gradients.sum
  public var distillation = Distillation.inPlace
  /// Weight `w` of the distillation in the subnets' loss `w * H(target) + (1 - w) * H(labels)`.
  public var distillationWeight = 0.5
  /// Bound on the global norm of the gradients of one update; 0 for none.
  public var gradientClip = 0.0
  /// Decay per update of the exponential moving average of the weights that the training ends with;
  /// 0 for the last weights.
  public var averageDecay = 0.0
  /// Dropout in the largest subnet alone (BigNAS, section 3.1), or in all.
  public var dropoutOnlyInLargest = true
  /// Of the products of dense convolutions. Weights, sums, batch norm and depthwise convolutions are
  /// float32 either way.
  public var precision = ComputePrecision.float32

  public init() {}

  /// The same with another peak of the learning rate, and a final one that is not above it.
  package func peaking(at rate: Double) -> TrainingConfiguration {
    var result = self
    result.learningRate = rate
    result.finalLearningRate = min(finalLearningRate, rate)
    return result
  }

  /// How random subnets are drawn.
  public enum Sampling: String, Sendable, Hashable, CaseIterable {
    /// Each decision by itself. Most subnets are then of middling size.
    case uniform
    /// A level in 0...1 first, then each choice binomially by that level: small and large subnets
    /// are as likely as middling ones, and each decision by itself is still uniform (Bayes'
    /// billiard table). Our own rule.
    case spread
  }

  /// When the optimiser steps.
  public enum Updates: String, Sendable, Hashable, CaseIterable {
    /// Once a batch, on the gradients of all subnets together.
    case batch
    /// After every subnet.
    case subnet
  }

  /// How the gradients of a step's subnets become one.
  public enum Gradients: String, Sendable, Hashable, CaseIterable {
    case sum, mean
  }

  /// What the subnets other than the largest learn from, beside the labels.
  public enum Distillation: String, Sendable, Hashable, CaseIterable {
    /// The largest's softmax in the same step.
    case inPlace = "in-place"
    /// The softmax of a fixed ``Teacher``.
    case teacher
    /// Nothing.
    case none
  }
}
