import Torch

/// Cross entropy with the labels, which may be smoothed (Szegedy et al., CVPR 2016). The target is
/// ignored.
public struct LabelLoss: Objective {
  /// Share of the probability that is spread over all classes.
  public var smoothing: Double

  public init(smoothing: Double = 0) { self.smoothing = smoothing }

  public func loss(_ logits: Tensor, on part: BatchPart) throws -> Tensor {
    try logits.crossEntropy(labels: part.labels, smoothing: smoothing)
  }
}

/// Distillation (Hinton et al., 2015, at temperature 1) beside the labels:
/// `w * H(target) + (1 - w) * H(labels)`, with target probabilities `[images, classes]`. Without a
/// target, the labels alone.
public struct DistillationLoss: Objective {
  /// `w`, in 0...1.
  public var weight: Double
  public var labels: LabelLoss

  public init(weight: Double, labels: LabelLoss) {
    self.weight = weight
    self.labels = labels
  }

  public func loss(_ logits: Tensor, on part: BatchPart) throws -> Tensor {
    guard let target = part.target, weight > 0 else { return try labels.loss(logits, on: part) }
    let distilled = try logits.crossEntropy(probabilities: target)
    guard weight < 1 else { return distilled }
    return try distilled * weight + labels.loss(logits, on: part) * (1 - weight)
  }
}
