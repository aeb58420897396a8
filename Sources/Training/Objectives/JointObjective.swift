import Torch

/// The losses of all networks of a step, computed together, so that each may learn from the others'
/// answers to the same images. The trainer then makes one update of a step.
public protocol JointObjective {
  /// One scalar for each network, in the order of the visits, that autograd can follow back to its
  /// logits (`[images, classes]`): means over the images given, as of ``Objective``.
  ///
  /// - Parameter parts: the same images for every network, with its visit.
  func losses(_ logits: [Tensor], on parts: [BatchPart]) throws -> [Tensor]
}

/// A family trained as nested slices of one set of weights. The largest member teaches the smaller ones
/// (in-place distillation, Yu and Huang, ICCV 2019), and each smaller one teaches the larger ones the
/// images that it gets right, after positive-congruent training's focus (Yan et al., CVPR 2021):
///
/// ```
/// member i  : (1 - w) * H(labels) + w * H(softmax of the largest)        for all but the largest
///           + flipWeight * mean over smaller j of
///               mean over images of [j is right] * KL(softmax j || softmax i)
/// ```
///
/// Form and weights are our own. Members come with the largest first and then ascending, as
/// ``MemberVisits`` gives them.
public struct FamilyLoss: JointObjective {
  /// `w`, in 0...1.
  public var largestWeight: Double
  public var flipWeight: Double
  public var labels: LabelLoss

  public init(largestWeight: Double, flipWeight: Double, labels: LabelLoss) {
    self.largestWeight = largestWeight
    self.flipWeight = flipWeight
    self.labels = labels
  }

  public func losses(_ logits: [Tensor], on parts: [BatchPart]) throws -> [Tensor] {
    let own = try logits.map { try $0.logSoftmax(1) }
    let taught = try withoutGradient { try own.map { try Taught($0, labels: parts[0].labels) } }
    let distillation = DistillationLoss(weight: largestWeight, labels: labels)
    return try logits.indices.map { index in
      var part = parts[index]
      part.target = index == 0 ? nil : taught[0].probabilities
      let loss = try distillation.loss(logits[index], on: part)
      // The largest stands first; the others ascend behind it.
      let smaller = index == 0 ? 1..<logits.count : 1..<index
      guard flipWeight > 0, !smaller.isEmpty else { return loss }
      var kept = try taught[smaller.lowerBound].divergence(of: own[index])
      for other in smaller.dropFirst() {
        kept = try kept + taught[other].divergence(of: own[index])
      }
      return try loss + kept * (flipWeight / Double(smaller.count))
    }
  }

  /// What a network gives others to learn from.
  private struct Taught {
    let probabilities: Tensor
    /// Probabilities of the images that it classifies correctly, 0 of the others.
    private let right: Tensor
    /// Negative entropy of those, the mean over all images.
    private let entropy: Tensor

    init(_ logarithms: Tensor, labels: Tensor) throws {
      probabilities = try logarithms.exp()
      let isRight = try logarithms.argmax(1).equal(labels).to(.float32)
      right = try probabilities * isRight.reshaped([-1, 1])
      entropy = try (right * logarithms).sum([1]).mean()
    }

    func divergence(of logarithms: Tensor) throws -> Tensor {
      try entropy - (right * logarithms).sum([1]).mean()
    }
  }
}
