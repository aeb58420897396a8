import Controller
import FlipMetrics
import RandomStreams
import Runs
import Search
import Statistics

/// Evaluations of several supernets of one space, trained alike under different seeds, as one result.
///
/// Trainings are repeated under other seeds, so intervals are Student's over the seeds' figures.
/// Where all evaluations judged the same architectures, a second interval of the difference is over
/// those, each averaged over the seeds: how other architectures would have fared.
package struct SupernetStudy: Sendable, Codable {
  package var space: String
  package var seeds: [UInt64]
  /// In one evaluation.
  package var architectures: Int
  package var split: String
  package var images: Int
  package var trainingImages: Int
  package var epochs: Int
  /// Mean accuracies over architectures and seeds.
  package var inherited: MeanInterval
  package var alone: MeanInterval
  /// Inherited less stand-alone accuracy.
  package var difference: MeanInterval
  package var differenceOverArchitectures: MeanInterval?
  package var tau: MeanInterval?
  /// Between the stand-alone accuracies of two seeds, mean over all pairs of seeds: about the
  /// highest tau to be expected. Nil unless all evaluations judged the same architectures.
  package var tauOfSeeds: Double?
  /// Nested pairs in one evaluation, and their mean negative-flip rates.
  package var pairs: Int
  package var inheritedFlips: MeanInterval?
  package var aloneFlips: MeanInterval?
  /// Of the mean rates.
  package var reduction: MeanInterval?
  /// Multiply-adds of training the supernet over those of training its largest network alone.
  package var costRatio: MeanInterval?

  /// One study per space, in the order in which they first appear.
  ///
  /// Throws ``RunError/invalidInput(_:)`` where evaluations of a space differ in anything but the
  /// seed, two have the same one, or one trained nothing alone.
  package static func all(_ evaluations: [SupernetEvaluation]) throws -> [SupernetStudy] {
    var spaces: [String] = []
    for evaluation in evaluations where !spaces.contains(evaluation.space) {
      spaces.append(evaluation.space)
    }
    return try spaces.compactMap { space in
      try SupernetStudy(evaluations.filter { $0.space == space })
    }
  }

  private init?(_ evaluations: [SupernetEvaluation]) throws {
    guard let first = evaluations.first else { return nil }
    space = first.space
    seeds = evaluations.map(\.seed)
    split = first.split
    images = first.images
    trainingImages = first.trainingImages
    epochs = first.epochs
    architectures = first.architectures.count
    try Self.check(evaluations)
    let comparisons = evaluations.compactMap(\.comparison)
    let rows = evaluations.map(\.architectures)
    guard comparisons.count == evaluations.count,
      let inherited = MeanInterval(rows.map { Self.mean($0.map(\.inherited.value)) }),
      let alone = MeanInterval(rows.map { Self.mean($0.compactMap { $0.alone?.accuracy }) }),
      let difference = MeanInterval(comparisons.map(\.difference.mean))
    else {
      throw RunError.invalidInput(
        "an evaluation of \(first.space) has no stand-alone networks; evaluate it again with --alone"
      )
    }
    self.inherited = inherited
    self.alone = alone
    self.difference = difference
    costRatio = MeanInterval(comparisons.compactMap(\.cost?.ratio))
    tau = MeanInterval(comparisons.compactMap(\.agreement.tau))
    pairs = first.comparison?.pairs.count ?? 0
    let flips = comparisons.compactMap(\.flips)
    inheritedFlips = MeanInterval(flips.map(\.oursRate))
    aloneFlips = MeanInterval(flips.map(\.baselineRate))
    reduction = MeanInterval(flips.compactMap(\.reduction))
    let names = rows.map { $0.map(\.architecture) }
    guard names.allSatisfy({ $0 == names[0] }) else { return }
    differenceOverArchitectures = MeanInterval(
      rows[0].indices.map { index in
        Self.mean(rows.compactMap { $0[index].alone?.difference.value })
      }
    )
    let accuracies = rows.map { $0.compactMap { $0.alone?.accuracy } }
    let taus = accuracies.indices.flatMap { one in
      accuracies[..<one].compactMap { RankCorrelation.kendall($0, accuracies[one]) }
    }
    tauOfSeeds = taus.isEmpty ? nil : Self.mean(taus)
  }

  private static func check(_ evaluations: [SupernetEvaluation]) throws {
    let first = evaluations[0]
    for other in evaluations.dropFirst() {
      for (what, one, two) in [
        ("split", first.split, other.split), ("data set", first.data, other.data),
        ("number of images", "\(first.images)", "\(other.images)"),
        ("number of epochs", "\(first.epochs)", "\(other.epochs)"),
        ("batch size", "\(first.batchSize)", "\(other.batchSize)"),
      ] where one != two {
        throw RunError.invalidInput(
          "evaluations of \(first.space) differ in the \(what) (\(one) and \(two)); "
            + "put together only those that differ in the seed"
        )
      }
    }
    guard Set(evaluations.map(\.seed)).count == evaluations.count else {
      throw RunError.invalidInput(
        "two evaluations of \(first.space) have the same seed; give each once"
      )
    }
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(1, values.count))
  }
}
