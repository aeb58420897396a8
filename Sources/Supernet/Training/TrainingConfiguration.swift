/// How a supernet is trained: everything that a seed does not decide.
///
/// The defaults are this project's own choices for small images, near to those of Once-for-All and
/// BigNAS. Missing keys of a stored configuration take their defaults, so that it can grow.
public struct TrainingConfiguration: Sendable, Hashable, Codable {
  /// Optimisation steps of the whole training.
  public var steps = 1000
  /// Steps in which the learning rate rises linearly from 0 to its peak.
  public var warmUpSteps = 50
  /// The peak, from which a half cosine falls to ``finalLearningRate`` at the last step.
  public var learningRate = 0.1
  public var finalLearningRate = 0.0
  /// Of Nesterov's method.
  public var momentum = 0.9
  /// Of weights and kernel matrices; batch norm and biases have none.
  public var weightDecay = 3e-5
  public var labelSmoothing = 0.1
  /// Bound on the global norm of the summed gradients; nil for none.
  public var gradientClipping: Double?
  /// Subnets per step besides the largest and the smallest.
  public var randomSubnets = 2
  public var distillation = Distillation.inPlace
  /// Dropout only where the labels are learned (BigNAS, section 3.1), or in all subnets.
  public var dropoutOnlyInLargest = true

  public enum Distillation: String, Sendable, Hashable, Codable, CaseIterable {
    /// The largest subnet learns from the labels, the others from its softmax in the same step.
    case inPlace
    /// All learn from the labels.
    case none
  }

  public init() {}

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
  }
}

extension TrainingConfiguration {
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys, _ field: inout Value) throws {
      if let value = try values.decodeIfPresent(Value.self, forKey: key) { field = value }
    }
    self.init()
    try read(.steps, &steps)
    try read(.warmUpSteps, &warmUpSteps)
    try read(.learningRate, &learningRate)
    try read(.finalLearningRate, &finalLearningRate)
    try read(.momentum, &momentum)
    try read(.weightDecay, &weightDecay)
    try read(.labelSmoothing, &labelSmoothing)
    gradientClipping = try values.decodeIfPresent(Double.self, forKey: .gradientClipping)
    try read(.randomSubnets, &randomSubnets)
    try read(.distillation, &distillation)
    try read(.dropoutOnlyInLargest, &dropoutOnlyInLargest)
  }
}
