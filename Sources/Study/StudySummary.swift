import AtomicFiles
import Configuration
import Foundation
import Runs

/// What a study comes to in one space: an object of `summary.json`.
package struct StudySummary: Sendable, Codable {
  package var dataSet: String
  package var space: String
  package var seeds: [UInt64]
  package var ours: String
  /// Over all pairs and seeds, on the test split; fractions, as everywhere here.
  package var negativeFlipRate: Double
  /// The one of KL and LM that flips less at equal cost, its mean rate, and ours beside it.
  package var bestPCT: String?
  package var negativeFlipRateOfBestPCT: Double?
  package var reductionVersusBestPCT: StudyFigures.Reduction?
  package var negativeFlipRateOfELODI: Double?
  package var reductionVersusELODI: StudyFigures.Reduction?
  package var reductionVersusIndependent: StudyFigures.Reduction?
  /// Of the member that does worst, ours less the best PCT's.
  package var worstAccuracyDifferenceToPCT: Double?
  package var worstAccuracyDifferenceToIndependent: Double?
  package var accuracies: [Double]
  package var accuraciesOfBestPCT: [Double]?

  package static let fileName = "summary.json"

  /// Nil without cells of ours.
  package init?(_ figures: StudyFigures) {
    guard let name = figures.ours, let ours = figures.methods.first(where: { $0.method == name })
    else { return nil }
    dataSet = figures.dataSet
    space = figures.space
    seeds = ours.seeds
    self.ours = name
    negativeFlipRate = ours.negativeFlipRate.mean
    accuracies = ours.accuracies.map(\.mean)
    func method(_ names: [String]) -> StudyFigures.Method? {
      figures.methods.filter { names.contains($0.method) }
        .min { $0.negativeFlipRate.mean < $1.negativeFlipRate.mean }
    }
    func comparison(_ method: StudyFigures.Method?) -> StudyFigures.Comparison? {
      figures.comparisons.first { $0.baseline == method?.method }
    }
    func worst(_ comparison: StudyFigures.Comparison?) -> Double? {
      comparison?.accuracyDifferences.map(\.value).min()
    }
    func names(_ approaches: StudyMethod.Approach...) -> [String] {
      approaches.map { StudyMethod($0, hasEqualCost: true).description }
    }
    let pct = method(names(.pctKL, .pctLM))
    bestPCT = pct?.method
    negativeFlipRateOfBestPCT = pct?.negativeFlipRate.mean
    accuraciesOfBestPCT = pct?.accuracies.map(\.mean)
    reductionVersusBestPCT = comparison(pct)?.reduction
    worstAccuracyDifferenceToPCT = worst(comparison(pct))
    // ELODI as published costs more than ours: the stronger of what there is.
    let elodi = method(names(.elodi) + [StudyMethod(.elodi).description])
    negativeFlipRateOfELODI = elodi?.negativeFlipRate.mean
    reductionVersusELODI = comparison(elodi)?.reduction
    let independent = method(names(.independent)) ?? method([StudyMethod(.independent).description])
    reductionVersusIndependent = comparison(independent)?.reduction
    worstAccuracyDifferenceToIndependent = worst(comparison(independent))
  }

  /// Those of a file; none where it is not there.
  ///
  /// Throws ``RunError/invalidInput(_:)`` for another file.
  package static func read(_ path: String) throws -> [StudySummary] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    do {
      return try JSONDecoder().decode([StudySummary].self, from: Data(readFile(path)))
    } catch is DecodingError {
      throw RunError.invalidInput(
        "\(path): this is no summary of a study; move it elsewhere, or give another --out"
      )
    }
  }

  /// `summaries` in the place of those of the same data sets and spaces, the rest as it was.
  package static func merge(_ summaries: [StudySummary], into path: String, storage: any Storage)
    throws
  {
    var all = try read(path).filter { old in
      !summaries.contains { $0.dataSet == old.dataSet && $0.space == old.space }
    }
    all += summaries
    all.sort { ($0.dataSet, $0.space) < ($1.dataSet, $1.space) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(Array(encoder.encode(all)) + [10], to: path, storage: storage)
  }
}
