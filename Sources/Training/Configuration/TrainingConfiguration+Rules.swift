/// The one place where a training configuration is checked. The keys of a run's configuration take
/// their ranges from here.
extension TrainingConfiguration {
  /// What values one field takes, whatever the others are.
  package struct Range: Sendable {
    package let field: String
    /// Completes "must be".
    package let expected: String
    package let holds: @Sendable (TrainingConfiguration) -> Bool

    init(
      _ field: String,
      _ expected: String,
      _ holds: @escaping @Sendable (TrainingConfiguration) -> Bool
    ) {
      (self.field, self.expected, self.holds) = (field, expected, holds)
    }
  }

  /// For the fields that do not take every value of their type.
  package static let ranges: [Range] = [
    Range("phaseShares", "numbers above 0 that add up to 1") {
      $0.phaseShares.allSatisfy { $0 > 0 && $0 <= 1 }
    },
    Range("phaseLearningRates", "numbers above 0") {
      $0.phaseLearningRates.allSatisfy { $0 > 0 && $0.isFinite }
    },
    Range("epochs", "a whole number from 1 to 10000000") { (1...10_000_000).contains($0.epochs) },
    Range("batchSize", "a whole number from 1 to 10000000") {
      (1...10_000_000).contains($0.batchSize)
    },
    Range("learningRate", "a number above 0") { $0.learningRate > 0 && $0.learningRate.isFinite },
    Range("finalLearningRate", "a number from 0") {
      $0.finalLearningRate >= 0 && $0.finalLearningRate.isFinite
    },
    Range("warmUpEpochs", "a number from 0") { $0.warmUpEpochs >= 0 && $0.warmUpEpochs.isFinite },
    Range("momentum", "a number from 0, below 1") { (0..<1).contains($0.momentum) },
    Range("weightDecay", "a number from 0") { $0.weightDecay >= 0 && $0.weightDecay.isFinite },
    Range("labelSmoothing", "a number from 0, below 1") { (0..<1).contains($0.labelSmoothing) },
    Range("randomSubnets", "a whole number from 0 to 64") { (0...64).contains($0.randomSubnets) },
    Range("distillationWeight", "a number from 0 to 1") {
      (0...1).contains($0.distillationWeight)
    },
    Range("gradientClip", "a number from 0") { $0.gradientClip >= 0 && $0.gradientClip.isFinite },
    Range("averageDecay", "a number from 0, below 1") { (0..<1).contains($0.averageDecay) },
  ]

  /// Checks everything that depends neither on the space nor on the number of images; the rest is
  /// checked where a ``TrainingPlan`` is made.
  ///
  /// Throws ``TrainingError/invalidConfiguration(field:reason:)``.
  public func validate() throws(TrainingError) {
    for range in Self.ranges where !range.holds(self) {
      throw .invalidConfiguration(field: range.field, reason: "must be \(range.expected)")
    }
    if !sandwich, randomSubnets == 0 {
      throw .invalidConfiguration(
        field: "randomSubnets",
        reason: "0 and sandwich=false leave no subnet to train; change one of them"
      )
    }
    if !sandwich, distillation == .inPlace {
      throw .invalidConfiguration(
        field: "distillation",
        reason:
          "'in-place' learns from the largest subnet of the step, which sandwich=false leaves "
          + "out; take 'teacher' or 'none'"
      )
    }
    guard finalLearningRate <= learningRate else {
      throw .invalidConfiguration(
        field: "finalLearningRate",
        reason: "\(finalLearningRate) is above the peak, learningRate=\(learningRate)"
      )
    }
  }
}
