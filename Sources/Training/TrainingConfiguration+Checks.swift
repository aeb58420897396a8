import Supernet

extension TrainingConfiguration {
  /// Throws ``SupernetError/invalidTraining(field:reason:)``.
  public func validate() throws(SupernetError) {
    func require(_ holds: Bool, _ field: String, _ reason: String) throws(SupernetError) {
      guard holds else { throw .invalidTraining(field: field, reason: reason) }
    }
    try require(steps > 0, "steps", "is \(steps); it must be at least 1")
    try require(
      (0...steps).contains(warmUpSteps),
      "warmUpSteps",
      "is \(warmUpSteps); it must lie in 0...\(steps), the steps of the training"
    )
    try require(
      learningRate.isFinite && learningRate > 0,
      "learningRate",
      "is \(learningRate); it must be above 0"
    )
    try require(
      (0...learningRate).contains(finalLearningRate),
      "finalLearningRate",
      "is \(finalLearningRate); it must lie in 0...\(learningRate), the peak"
    )
    try require(
      momentum >= 0 && momentum < 1,
      "momentum",
      "is \(momentum); it must be at least 0 and below 1"
    )
    try require(
      weightDecay.isFinite && weightDecay >= 0,
      "weightDecay",
      "is \(weightDecay); it must be at least 0"
    )
    try require(
      labelSmoothing >= 0 && labelSmoothing < 1,
      "labelSmoothing",
      "is \(labelSmoothing); it must be at least 0 and below 1"
    )
    if let limit = gradientClipping {
      try require(limit > 0, "gradientClipping", "is \(limit); it must be above 0")
    }
    try require(
      (0...64).contains(randomSubnets),
      "randomSubnets",
      "is \(randomSubnets); it must lie in 0...64"
    )
    try require(
      sandwich || randomSubnets > 0,
      "randomSubnets",
      "is 0 and sandwich is false: no step would visit a subnet"
    )
    try require(
      sandwich || distillation != .inPlace,
      "distillation",
      "is in-place, which takes its target from the largest subnet of the step, and sandwich is false"
    )
    try require(
      (0...1).contains(distillationWeight),
      "distillationWeight",
      "is \(distillationWeight); it must lie in 0...1"
    )
    try require(
      averaging >= 0 && averaging < 1,
      "averaging",
      "is \(averaging); it must be at least 0 and below 1"
    )
    try require(
      phases.allSatisfy { $0.steps > 0 && ($0.learningRate ?? 1) > 0 },
      "phases",
      "must have at least one step each, and learning rates above 0"
    )
    let sum = phases.reduce(0) { $0 + $1.steps }
    try require(
      phases.isEmpty || sum == steps,
      "phases",
      "have \(sum) steps together; the training has \(steps)"
    )
  }
}
