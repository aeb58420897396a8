import Families
import FlipMetrics
import Networks
import SearchSpaces
import Supernet
import SupernetFixtures
import Torch

@testable import Search

/// The report of a family of one made-up member.
func smallReport(space: String, architecture: String) -> FamilyReport {
  FamilyReport(
    space: space,
    budgetUnit: "MACs",
    searchImages: 4,
    testImages: 4,
    members: [
      .init(
        architecture: architecture,
        macs: 10,
        parameters: 5,
        cost: 10,
        budget: 12,
        searchReward: 0.5,
        accuracy: .init(3, of: 4),
        flips: [],
        containsSmaller: true
      )
    ]
  )
}

/// A family of one made-up member: the smallest that has everything in it.
func smallFamily() throws -> Family {
  let space = try leastSpace()
  let supernet = try Supernet(oracle: space, elementType: .float32)
  let architecture = space.smallest
  let (search, test): ([Int32], [Int32]) = ([0, 1, 0, 1], [1, 1, 0, 1])
  func predictions(_ classes: [Int32], labels: [Int32]) throws -> Predictions {
    try Predictions(
      classes: classes,
      labels: labels,
      probabilities: .init(
        predicted: [0.75, 0.5, 0.875, 1],
        trueClass: zip(classes, labels).enumerated().map { image, pair in
          pair.0 == pair.1 ? [0.75, 0.5, 0.875, 1][image] : 0.125
        }
      )
    )
  }
  return Family(
    members: [
      Family.Member(
        architecture: architecture,
        of: space,
        search: try predictions([0, 1, 1, 1], labels: search),
        test: try predictions([1, 0, 0, 1], labels: test),
        weights: try supernet.withStoredStatistics(architecture).extract().state()
      )
    ],
    report: smallReport(space: space.name, architecture: space.code(architecture)),
    decisions: space.decisions.decisions.map(\.name),
    provenance: .init(
      configuration: "seed: 1\n",
      dataDigest: "d",
      supernetDigest: "s",
      computer: "libtorch 1.13.1, cpu, 1 threads"
    ),
    space: space,
    images: Family.Images(
      classNames: ["T-shirt", "Größe"],
      height: 8,
      width: 8,
      mean: [0.25],
      deviation: [0.5],
      space: space
    ),
    reference: .init(
      search: try Predictions(classes: [1, 1, 0, 0], labels: search),
      test: try Predictions(classes: [1, 1, 1, 1], labels: test)
    ),
    sampling: .init(samples: 3, finalists: 2, seed: .max),
    evaluations: [space.largest, space.smallest].enumerated().map { index, architecture in
      Family.Evaluation(
        member: 1,
        update: index + 1,
        architecture: architecture,
        accuracy: 0.75,
        negativeFlipRate: 0.25,
        reward: 0.5,
        macs: 10 + index,
        parameters: 5 + index
      )
    }
  )
}

func smallFamily(to path: String) throws { try FamilyFile.write(smallFamily(), to: path) }

func smallSupernet(to path: String) throws {
  let supernet = try Supernet(oracle: leastSpace(), elementType: .float32)
  try supernet.write(to: path, provenance: ["seed": "1"], createdBy: "regnas tests")
}
