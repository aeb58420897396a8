/// The images of a split by who was right: a reference (smaller, or deployed) or a candidate
/// (larger, new).
///
/// Every measure of the field is a ratio of these whole numbers. Rates whose denominator can be
/// zero are nil then.
public struct FlipCounts: Sendable, Hashable, Codable {
  public var bothRight: Int
  public var bothWrong: Int
  /// Reference right, candidate wrong.
  public var negativeFlips: Int
  /// Reference wrong, candidate right.
  public var positiveFlips: Int
  /// Images on which the predicted classes differ; nil if the classes are not known.
  public var differing: Int?

  public init(
    bothRight: Int,
    bothWrong: Int,
    negativeFlips: Int,
    positiveFlips: Int,
    differing: Int? = nil
  ) {
    self.bothRight = bothRight
    self.bothWrong = bothWrong
    self.negativeFlips = negativeFlips
    self.positiveFlips = positiveFlips
    self.differing = differing
  }

  /// Throws ``FlipError/lengthMismatch(_:_:)`` or ``FlipError/differentLabels(index:)``.
  public init(reference: Predictions, candidate: Predictions) throws(FlipError) {
    guard reference.count == candidate.count else {
      throw .lengthMismatch(
        .init(name: "predictions of the reference", count: reference.count),
        .init(name: "predictions of the candidate", count: candidate.count)
      )
    }
    if reference.labels != candidate.labels {
      let differing = zip(reference.labels, candidate.labels).enumerated().first { $1.0 != $1.1 }
      throw .differentLabels(index: differing?.offset ?? 0)
    }
    var cells = [0, 0, 0, 0]
    var differing = 0
    for (image, label) in reference.labels.enumerated() {
      let (old, new) = (reference.classes[image], candidate.classes[image])
      cells[(old == label ? 2 : 0) + (new == label ? 1 : 0)] += 1
      if old != new { differing += 1 }
    }
    self.init(
      bothRight: cells[3],
      bothWrong: cells[0],
      negativeFlips: cells[2],
      positiveFlips: cells[1],
      differing: differing
    )
  }

  /// Number of images, N.
  public var total: Int { bothRight + bothWrong + negativeFlips + positiveFlips }
  public var referenceRight: Int { bothRight + negativeFlips }
  public var candidateRight: Int { bothRight + positiveFlips }
  public var referenceWrong: Int { bothWrong + positiveFlips }
  public var candidateWrong: Int { bothWrong + negativeFlips }
}

extension FlipCounts {
  public var referenceAccuracy: Double { Double(referenceRight) / Double(total) }
  public var candidateAccuracy: Double { Double(candidateRight) / Double(total) }

  /// NFR: negative flips / N (Yan et al., CVPR 2021, equation 2).
  public var negativeFlipRate: Double { Double(negativeFlips) / Double(total) }

  /// PFR: positive flips / N. PFR - NFR is the gain in accuracy.
  public var positiveFlipRate: Double { Double(positiveFlips) / Double(total) }

  /// NFI: NFR / error rate of the candidate (Cai et al. 2022), the part of its errors that are
  /// flips. Nil if the candidate makes no error.
  public var negativeFlipImpact: Double? { ratio(negativeFlips, candidateWrong) }

  /// Relative NFR: NFR / ((1 - ER of the reference) * ER of the candidate), 1 if the two erred
  /// independently (Yan et al., equation 11). Nil if nothing could flip.
  public var relativeNegativeFlipRate: Double? {
    ratio(negativeFlips * total, referenceRight * candidateWrong)
  }

  /// BTC, backward trust compatibility: both right / reference right. Nil if it never is.
  public var backwardTrustCompatibility: Double? { ratio(bothRight, referenceRight) }

  /// BEC, backward error compatibility: both wrong / candidate wrong, that is 1 - NFI, as Träuble
  /// et al. (2021) define it; some libraries divide by the reference's errors. Nil if the candidate
  /// makes no error.
  public var backwardErrorCompatibility: Double? { ratio(bothWrong, candidateWrong) }

  /// The part of all images on which the predicted classes differ; nil if they are not known.
  public var churn: Double? { differing.map { Double($0) / Double(total) } }

  private func ratio(_ numerator: Int, _ denominator: Int) -> Double? {
    denominator == 0 ? nil : Double(numerator) / Double(denominator)
  }
}
