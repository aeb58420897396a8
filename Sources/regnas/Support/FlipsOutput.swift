import FlipMetrics
import Foundation
import Predicting

/// What `regnas flips` prints: one pair of models, or all pairs of a family.
struct FlipsOutput: Encodable {
  struct Pair: Encodable {
    /// The old model is its reference, the new one its candidate.
    var report: FlipReport
    var classes: [FlipBreakdown.OfClass]
    /// From the class that the old model predicts to that of the new one.
    var negativeMoves: [FlipBreakdown.Move]
    var positiveMoves: [FlipBreakdown.Move]
    var negativeFlips: [Image]
    var positiveFlips: [Image]
  }

  struct Image: Encodable {
    /// Its name, or its number.
    var image: String
    /// Classes, by number: the true one and what the models predict.
    var label: Int
    var old: Int
    var new: Int
    /// Softmax probabilities of what they predict, where they are known.
    var oldProbability: Float?
    var newProbability: Float?
  }

  var schema = "regnas.flips/1"
  var split: String
  var images: Int
  /// The file that labels come from.
  var labelsFrom: String
  /// Nil where it does not say.
  var classNames: [String]?
  /// What images are called by, where not by names of their own.
  var numbering: String?
  var pairs: [Pair]
  var notes: [String]

  /// - Parameter pairs: places of the old and the new model.
  init(_ models: ComparedModels, pairs: [(old: Int, new: Int)]) throws {
    split = models.images.split.rawValue
    images = models.images.labels.count
    labelsFrom = models.images.source
    classNames = models.images.classNames
    numbering = models.images.numbering
    notes = models.notes
    self.pairs = try pairs.map { old, new in
      let (report, breakdown) = try models.compare(old, new)
      func named(_ flips: [FlipBreakdown.Image]) -> [Image] {
        flips.map {
          Image(
            image: models.images.names[$0.place],
            label: $0.label,
            old: $0.reference,
            new: $0.candidate,
            oldProbability: $0.referenceProbability,
            newProbability: $0.candidateProbability
          )
        }
      }
      return Pair(
        report: report,
        classes: breakdown.classes,
        negativeMoves: breakdown.negativeMoves,
        positiveMoves: breakdown.positiveMoves,
        negativeFlips: named(breakdown.negativeFlips),
        positiveFlips: named(breakdown.positiveFlips)
      )
    }
  }

  /// A class for people: its name, or its number.
  func className(_ label: Int) -> String {
    classNames.flatMap { $0.indices.contains(label) ? $0[label] : nil } ?? String(label)
  }
}
