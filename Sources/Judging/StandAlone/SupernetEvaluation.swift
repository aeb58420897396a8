import Controller
import FlipMetrics
import Foundation
import Runs
import Search
import Statistics

/// What `regnas supernet evaluate` measures: architectures of a supernet with their inherited weights
/// and, if asked for, the same ones trained alone. Fractions are of the images of one split.
package struct SupernetEvaluation: Sendable, Codable {
  package static let schema = "regnas.supernet-evaluation/1"

  package var schema = Self.schema
  package var space: String
  /// Digest of the content of the supernet file, and of the data set.
  package var supernet: String
  package var data: String
  /// Of the training of the supernet.
  package var seed: UInt64
  package var split: String
  package var images: Int
  package var trainingImages: Int
  package var epochs: Int
  package var batchSize: Int
  package var architectures: [Row]
  /// Nil without stand-alone training.
  package var comparison: Comparison?

  package struct Row: Sendable, Codable {
    /// `smallest`, `random 3`, `chain 2.1`.
    package var name: String
    /// The code that `regnas space describe --architecture` reads.
    package var architecture: String
    package var macs: Int
    package var parameters: Int
    /// Nanoseconds, by the latency table given.
    package var latency: Int?
    /// Calibrated, with Wilson's interval.
    package var inherited: FlipReport.Rate
    package var alone: Alone?
  }

  /// One architecture trained alone.
  package struct Alone: Sendable, Codable {
    /// One per seed.
    package var accuracies: [FlipReport.Rate]
    /// Inherited accuracy less the mean over the seeds, paired by image.
    package var difference: PairedDifference

    package var accuracy: Double {
      accuracies.reduce(0) { $0 + $1.value } / Double(accuracies.count)
    }
  }

  /// The set as a whole.
  package struct Comparison: Sendable, Codable {
    package var seeds: [UInt64]
    /// Inherited less stand-alone accuracy; Student's interval over the architectures.
    package var difference: MeanInterval
    /// Of inherited and stand-alone accuracy.
    package var agreement: RankAgreement
    /// Between the stand-alone accuracies of the first two seeds. Two measurements of the same
    /// networks agree no better, so no supernet can be expected to do much better. Nil for one
    /// seed.
    package var agreementOfSeeds: RankAgreement?
    /// Negative flips from the smaller to the larger network of every nested pair, inherited against
    /// trained alone, over all seeds. Nil without such pairs.
    package var flips: FlipReduction?
    package var pairs: [PairRow]
    /// Nil where the configuration does not tell how the supernet was trained.
    package var cost: TrainingCost?
  }

  /// A pair of architectures whose second contains the first.
  package struct PairRow: Sendable, Codable {
    package var smaller: String
    package var larger: String
    /// Negative-flip rates, the second a mean over the seeds.
    package var inherited: Double
    package var alone: Double
  }

  /// With sorted keys: equal evaluations give equal bytes.
  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The file that an evaluation leaves in its folder.
  package static let fileName = "evaluation.json"

  /// Throws ``RunError`` where the folder holds no evaluation, or a file that is not one.
  package static func read(folder: String) throws -> SupernetEvaluation {
    let path = folder + "/" + fileName
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw RunError.unfinished(
        "\(folder): there is no finished evaluation (\(fileName) is missing); finish it with "
          + "'regnas supernet evaluate ... --out \(folder)'"
      )
    }
    do {
      let evaluation = try JSONDecoder().decode(SupernetEvaluation.self, from: bytes)
      guard evaluation.schema == schema else {
        throw RunError.invalidInput("\(path): its schema is \(evaluation.schema), not \(schema)")
      }
      return evaluation
    } catch let error as DecodingError {
      throw RunError.invalidInput("\(path): this is not an evaluation of regnas: \(error)")
    }
  }
}
