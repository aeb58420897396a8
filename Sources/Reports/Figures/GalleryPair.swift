import Families
import FlipMetrics

/// Images that a smaller network gets right and a larger one wrong: those first of whose wrong class
/// the larger one is surest.
struct GalleryPair: Sendable, Encodable {
  var reference: String
  var candidate: String
  /// In all.
  var flips: Int
  var images: [Image]

  struct Image: Sendable, Encodable {
    /// Number in the test split, from 0.
    var number: Int
    /// What the data set calls it; nil where it has no names or is not at hand.
    var name: String?
    var trueClass: String
    var predictedClass: String
    /// Of the true class, by the smaller network; nil where it is not known.
    var referenceConfidence: Float?
    /// Of the wrong class, by the larger one.
    var candidateConfidence: Float?
  }

  /// Images of a pair, and of all pairs together.
  static let (limit, limitOfAll) = (12, 144)

  init(_ pair: NetworkPair, classNames: [String], names: [String]?, limit: Int) {
    reference = pair.reference
    candidate = pair.candidate
    flips = pair.flips.negativeFlips.count
    images = pair.flips.negativeFlips.prefix(limit).map { image in
      Image(
        number: image.place,
        name: names?[image.place],
        trueClass: classNames[image.label],
        predictedClass: classNames[image.candidate],
        referenceConfidence: image.referenceProbability,
        candidateConfidence: image.candidateProbability
      )
    }
  }
}
