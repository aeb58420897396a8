import FlipMetrics
import Networks
import Supernet
import Torch

/// Predicts with subnets of one supernet, each calibrated on the same training images; what
/// architectures have in common is computed once (``RolloutEvaluator``).
public final class RolloutPredictor: ArchitecturePredictor {
  private let supernet: Supernet
  private let calibration: [Tensor]
  private let precision: ComputePrecision
  private let memoryLimit: Int
  /// Made when it is first needed, since it keeps memory.
  private var evaluator: RolloutEvaluator?

  /// - Parameters:
  ///   - calibration: batches of training images, `[batch, channels, height, width]`.
  ///   - memoryLimit: bytes of activations kept between evaluations; only speed depends on it.
  public init(
    _ supernet: Supernet,
    calibration: [Tensor],
    precision: ComputePrecision = .float32,
    memoryLimit: Int = 512 << 20
  ) {
    self.supernet = supernet
    self.calibration = calibration
    self.precision = precision
    self.memoryLimit = memoryLimit
  }

  /// Gives up the activations that were kept.
  package func releaseMemory() { evaluator = nil }

  public func predictions(
    of architectures: [Architecture],
    on images: ImageSet,
    each: (_ position: Int, _ predictions: Predictions) throws -> Void
  ) throws -> [Predictions] {
    let evaluator = currentEvaluator()
    try evaluator.expect(architectures)
    // In lexicographic order neighbours have the most layers in common.
    let order = architectures.indices.sorted { first, second in
      let (a, b) = (architectures[first].choices, architectures[second].choices)
      return a == b ? first < second : a.lexicographicallyPrecedes(b)
    }
    var results = PredictionList(for: architectures)
    for position in order {
      let predictions = try Predictions(
        classes: evaluator.classes(of: architectures[position], on: images),
        labels: images.labels
      )
      results[position] = predictions
      try each(position, predictions)
    }
    return try results.complete()
  }

  /// The same predictions with their probabilities: for final figures, since they are not kept.
  package func predictionsWithProbabilities(
    of architecture: Architecture,
    on images: ImageSet
  ) throws -> Predictions {
    let (classes, predicted, trueClass) = try currentEvaluator().confidences(
      of: architecture,
      on: images
    )
    return try Predictions(
      classes: classes,
      labels: images.labels,
      probabilities: .init(predicted: predicted, trueClass: trueClass)
    )
  }

  private func currentEvaluator() -> RolloutEvaluator {
    if let evaluator { return evaluator }
    let made = RolloutEvaluator(
      supernet,
      calibration: calibration,
      precision: precision,
      memoryLimit: memoryLimit
    )
    evaluator = made
    return made
  }
}
