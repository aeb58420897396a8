import Torch

/// What one step measured. Losses and accuracy are on the device until ``metrics()`` reads them.
public struct TrainingStep {
  /// Counted from 0, over all phases.
  public let number: Int
  /// Index of the phase.
  public let phase: Int
  public let learningRate: Double
  /// Of the gradients of an update before clipping; the mean over the updates of the step.
  public let gradientNorm: Double
  let losses: [(role: SubnetVisit.Role, value: Tensor)]
  let accuracy: Tensor?

  /// Reads losses and accuracy to the host: a GPU waits for that, so not in every step.
  public func metrics() throws -> TrainingMetrics {
    func mean(_ roles: SubnetVisit.Role...) throws -> Double? {
      // In the order of the roles, then of the visits.
      let values = roles.flatMap { role in losses.filter { $0.role == role }.map(\.value) }
      return values.isEmpty ? nil : try Tensor.stacked(values).mean().scalar()
    }
    return TrainingMetrics(
      step: number,
      phase: phase,
      largestLoss: try mean(.largest, .only),
      smallestLoss: try mean(.smallest),
      randomLoss: try mean(.random),
      memberLoss: try mean(.member),
      largestAccuracy: try accuracy?.scalar(),
      learningRate: learningRate,
      gradientNorm: gradientNorm
    )
  }
}

/// A step's figures, as they are logged.
public struct TrainingMetrics: Sendable, Hashable {
  /// Counted from 0.
  public var step: Int
  /// Index of the phase.
  public var phase: Int
  /// Loss of the largest subnet, or of the only network trained; nil where the step did not visit it,
  /// as for the others.
  public var largestLoss: Double?
  public var smallestLoss: Double?
  /// The mean over the random subnets.
  public var randomLoss: Double?
  /// The mean over the members of a family other than the largest.
  public var memberLoss: Double?
  /// Share of the batch that the largest subnet (or the only one), as trained (with dropout),
  /// classifies correctly.
  public var largestAccuracy: Double?
  public var learningRate: Double
  /// Of the gradients of an update before clipping; the mean over the updates of the step.
  public var gradientNorm: Double
}
