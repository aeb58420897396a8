import Torch

/// Positive-congruent training's focal distillation (Yan et al., "Positive-Congruent Training: Towards
/// Regression-Free Model Updates", CVPR 2021, section 4): beside the labels, a network is drawn to a
/// reference, and more so on the images that the reference classifies correctly.
///
/// ```
/// H(labels) + weight * mean over images of (base + focus * [reference is right]) * D(network, reference)
/// ```
///
/// The target is the reference's logits `[images, classes]` (``ReferenceLogits``). Without a target, the
/// labels alone.
public struct FocalDistillation: Objective {
  /// How far a network is from the reference on an image.
  public enum Distance: Sendable, Hashable {
    /// `T^2 * KL(p || q)` of the reference's softmax `p` and the network's `q`, both at temperature
    /// `T`: the paper's FD-KL, with `T` = 100. The factor, customary since Hinton et al. (2015), keeps
    /// gradients as large as they are at temperature 1. At high temperatures it is `K` times nearer
    /// to nothing than ``logits``, for `K` classes.
    case divergence(temperature: Double)
    /// Half the squared difference of the logits, summed over the classes: the paper's FD-LM.
    case logits
  }

  public var distance: Distance
  /// The paper's lambda: 1.
  public var weight: Double
  /// The paper's alpha, of every image: 1.
  public var base: Double
  /// The paper's beta, of the images that the reference gets right: 5.
  public var focus: Double
  public var labels: LabelLoss

  public init(
    _ distance: Distance,
    weight: Double = 1,
    base: Double = 1,
    focus: Double = 5,
    labels: LabelLoss = LabelLoss()
  ) {
    self.distance = distance
    self.weight = weight
    self.base = base
    self.focus = focus
    self.labels = labels
  }

  public func loss(_ logits: Tensor, on part: BatchPart) throws -> Tensor {
    let labelled = try labels.loss(logits, on: part)
    guard let reference = part.target else { return labelled }
    let factors = try withoutGradient { () throws -> Tensor in
      let isRight = try reference.argmax(1).equal(part.labels).to(.float32)
      return try isRight * (weight * focus) + weight * base
    }
    return try labelled + (distances(logits, reference) * factors).mean()
  }

  /// Of each image, `[images]`.
  private func distances(_ logits: Tensor, _ reference: Tensor) throws -> Tensor {
    switch distance {
    case .divergence(let temperature):
      let own = try (logits / temperature).logSoftmax(1)
      let (target, logarithm) = try withoutGradient { () throws -> (Tensor, Tensor) in
        let scaled = try reference / temperature
        return (try scaled.softmax(1), try scaled.logSoftmax(1))
      }
      return try (target * (logarithm - own)).sum([1]) * (temperature * temperature)
    case .logits:
      return try (logits - reference).power(2).sum([1]) * 0.5
    }
  }
}
