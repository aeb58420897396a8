import Controller
import FlipMetrics
import Foundation
import Runs
import Search
import Statistics
import Testing

@testable import Judging

@Suite struct SupernetStudyTests {
  /// An evaluation of three architectures of which the inherited accuracy is `gap` below alone.
  private func evaluation(
    seed: UInt64,
    gap: Double,
    space: String = "a",
    alone: [Double] = [0.8, 0.85, 0.9]
  ) throws -> SupernetEvaluation {
    let rows = alone.enumerated().map { index, value in
      SupernetEvaluation.Row(
        name: "\(index)",
        architecture: "\(index)",
        macs: index + 1,
        parameters: index + 1,
        inherited: .init(Int(((value - gap) * 1000).rounded()), of: 1000),
        alone: .init(
          accuracies: [.init(Int((value * 1000).rounded()), of: 1000)],
          difference: PairedDifference(
            value: -gap,
            interval: Interval(lower: -gap, upper: -gap, level: 0.95)
          )
        )
      )
    }
    let cost = try JSONDecoder().decode(
      TrainingCost.self,
      from: Data(#"{"steps": 1, "supernetMACs": 5, "largestMACs": 2}"#.utf8)
    )
    return SupernetEvaluation(
      space: space,
      supernet: "",
      data: "d",
      seed: seed,
      split: "test",
      images: 1000,
      trainingImages: 10,
      epochs: 1,
      batchSize: 1,
      architectures: rows,
      comparison: .init(
        seeds: [seed],
        difference: try #require(MeanInterval([-gap, -gap])),
        agreement: try JSONDecoder().decode(
          RankAgreement.self,
          from: Data(#"{"architectures": 3, "tau": 1}"#.utf8)
        ),
        flips: nil,
        pairs: [],
        cost: cost
      )
    )
  }

  @Test func intervalsAreOverTheSeeds() throws {
    let studies = try SupernetStudy.all([
      evaluation(seed: 1, gap: 0.01), evaluation(seed: 2, gap: 0.02),
      evaluation(seed: 1, gap: 0, space: "b"),
      evaluation(seed: 3, gap: 0.03, alone: [0.8, 0.9, 0.85]),
    ])
    #expect(studies.map(\.space) == ["a", "b"])
    let study = studies[0]
    #expect(study.seeds == [1, 2, 3])
    #expect(abs(study.difference.mean + 0.02) < 1e-12)
    // Student's 97.5 % quantile with 2 degrees of freedom, deviation 0.01, three values.
    let halfWidth = 4.3027 * 0.01 / 3.0.squareRoot()
    #expect(try abs(#require(study.difference.halfWidth) - halfWidth) < 1e-6)
    // Seeds 1 and 2 rank alike, 3 swaps one pair of three.
    let tau = try #require(study.tauOfSeeds)
    #expect(abs(tau - 5.0 / 9) < 1e-12)
    #expect(study.costRatio?.mean == 2.5)
    #expect(studies[1].tauOfSeeds == nil)
  }

  @Test func evaluationsThatDoNotBelongTogetherAreRefused() throws {
    let first = try evaluation(seed: 1, gap: 0.01)
    #expect(throws: RunError.self) { try SupernetStudy.all([first, first]) }
    var other = try evaluation(seed: 2, gap: 0.01)
    other.epochs = 2
    #expect(throws: RunError.self) { try SupernetStudy.all([first, other]) }
    var without = try evaluation(seed: 2, gap: 0.01)
    without.comparison = nil
    #expect(throws: RunError.self) { try SupernetStudy.all([first, without]) }
  }
}
