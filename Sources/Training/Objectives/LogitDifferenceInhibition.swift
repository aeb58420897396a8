import Torch

/// Logit difference inhibition (Zhao et al., "ELODI: Ensemble Logit Difference Inhibition for
/// Positive-Congruent Training", 2022): a network learns the logits of a reference, which ELODI takes
/// from the mean of an ensemble of networks of its own architecture.
///
/// ```
/// (1 - weight) * H(labels) + weight * mean over images and classes of max(|z - r| - margin, 0)^2
/// ```
///
/// The target is the reference's logits `r`, `[images, classes]` (``ReferenceLogits``). Without a target,
/// the labels alone.
public struct LogitDifferenceInhibition: Objective {
  /// Published: 0.8.
  public var weight: Double
  /// Differences up to this cost nothing: the paper's xi, 0 towards an ensemble.
  public var margin: Double
  public var labels: LabelLoss

  public init(weight: Double = 0.8, margin: Double = 0, labels: LabelLoss = LabelLoss()) {
    self.weight = weight
    self.margin = margin
    self.labels = labels
  }

  public func loss(_ logits: Tensor, on part: BatchPart) throws -> Tensor {
    let labelled = try labels.loss(logits, on: part)
    guard let reference = part.target else { return labelled }
    let difference = try logits - reference
    let excess = try margin == 0 ? difference : (difference.magnitude() - margin).clamped(min: 0)
    return try labelled * (1 - weight) + excess.power(2).mean() * weight
  }
}
