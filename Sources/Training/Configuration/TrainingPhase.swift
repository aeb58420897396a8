import Decisions
import SearchSpaces

/// A part of a training with its own learning-rate schedule, in which some kinds of decisions are
/// *elastic* (subnets differ in them) and the others stay at their largest choice.
public struct TrainingPhase: Sendable, Hashable {
  /// What files and logs call it.
  public var name: String
  public var steps: Int
  /// The first steps, in which the learning rate rises.
  public var warmUpSteps: Int
  /// The peak; nil for the training's.
  public var learningRate: Double?
  /// Empty: only the largest network is trained.
  public var elastic: ElasticKinds
  /// Whether hidden channels are put in order of importance before the first step, so that narrow
  /// networks start from the channels that matter (``Supernet/sortChannels()``).
  public var sortsChannels: Bool

  public init(
    _ name: String,
    steps: Int,
    warmUpSteps: Int = 0,
    learningRate: Double? = nil,
    elastic: ElasticKinds = .all,
    sortsChannels: Bool = false
  ) {
    self.name = name
    self.steps = steps
    self.warmUpSteps = warmUpSteps
    self.learningRate = learningRate
    self.elastic = elastic
    self.sortsChannels = sortsChannels
  }
}
