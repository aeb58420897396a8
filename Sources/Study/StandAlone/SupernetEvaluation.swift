import Controller
import FlipMetrics
import Foundation
import Runs
import Search
import Statistics

/// What `regnas supernet evaluate` measures: architectures of a supernet with their inherited weights
/// and, if asked for, the same ones trained alone. Fractions are of the images of one split.
public struct SupernetEvaluation: Sendable, Codable {
  public static let schema = "regnas.supernet-evaluation/1"

  public var schema = Self.schema
  public var space: String
  /// Digest of the content of the supernet file, and of the data set.
  public var supernet: String
  public var data: String
  /// Of the training of the supernet.
  public var seed: UInt64
  public var split: String
  public var images: Int
  public var trainingImages: Int
  public var epochs: Int
  public var batchSize: Int
  public var architectures: [Row]
  /// Nil without stand-alone training.
  public var comparison: Comparison?

  public struct Row: Sendable, Codable {
    /// `smallest`, `random 3`, `chain 2.1`.
    public var name: String
    /// The code that `regnas space describe --architecture` reads.
    public var architecture: String
    public var macs: Int
    public var parameters: Int
    /// Nanoseconds, by the latency table given.
    public var latency: Int?
    /// Calibrated, with Wilson's interval.
    public var inherited: FlipReport.Rate
    public var alone: Alone?
  }

  /// One architecture trained alone.
  public struct Alone: Sendable, Codable {
    /// One per seed.
    public var accuracies: [FlipReport.Rate]
    /// Inherited accuracy less the mean over the seeds, paired by image.
    public var difference: PairedDifference

    public var accuracy: Double {
      accuracies.reduce(0) { $0 + $1.value } / Double(accuracies.count)
    }
  }

  /// The set as a whole.
  public struct Comparison: Sendable, Codable {
    public var seeds: [UInt64]
    /// Inherited less stand-alone accuracy; Student's interval over the architectures.
    public var difference: MeanInterval
    /// Of inherited and stand-alone accuracy.
    public var agreement: RankAgreement
    /// Of stand-alone accuracies under the first two seeds: what two measurements of the same thing
    /// agree, so that no supernet can be expected to do much better. Nil for one seed.
    public var agreementOfSeeds: RankAgreement?
    /// Negative flips from the smaller to the larger network of every nested pair, inherited against
    /// trained alone, over all seeds. Nil without such pairs.
    public var flips: FlipReduction?
    public var pairs: [PairRow]
    /// Nil where the configuration does not tell how the supernet was trained.
    public var cost: TrainingCost?
  }

  /// A pair of architectures whose second contains the first.
  public struct PairRow: Sendable, Codable {
    public var smaller: String
    public var larger: String
    /// Negative-flip rates, the second a mean over the seeds.
    public var inherited: Double
    public var alone: Double
  }

  /// With sorted keys: equal evaluations give equal bytes.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The file that an evaluation leaves in its folder.
  public static let fileName = "evaluation.json"

  /// Throws ``RunError`` where the folder holds no evaluation, or a file that is not one.
  public static func read(folder: String) throws -> SupernetEvaluation {
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
