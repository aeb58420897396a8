import Families
import FlipMetrics
import Networks
import SearchSpaces
import Supernet
import SupernetFixtures
import TestSupport
import Torch

/// A family file of two members of a small space, of 16 grey pixels in 10 classes. Its predictions are
/// of no images, so that files can only be tried on random ones.
func familyFile(_ name: String, in folder: TemporaryFolder) throws -> String {
  let space = try Fixture.space(name)
  let supernet = try Fixture.supernet(name)
  let architectures = Fixture.architectures(space, random: 1)
  let predictions = try Predictions(
    classes: [0, 1],
    labels: [0, 2],
    probabilities: .init(predicted: [0.5, 0.5], trueClass: [0.5, 0.25])
  )
  let members = try [architectures[0], architectures[2]].map { architecture in
    Family.Member(
      architecture: architecture,
      of: space,
      search: predictions,
      test: predictions,
      weights: try supernet.withStoredStatistics(architecture).extract().state()
    )
  }
  let family = Family(
    members: members,
    report: FamilyReport(
      space: space.name,
      budgetUnit: "MACs",
      searchImages: 2,
      testImages: 2,
      members: members.map {
        FamilyReport.Member(
          architecture: space.code($0.architecture),
          macs: 2,
          parameters: 1,
          cost: 2,
          budget: 2,
          searchReward: 0.5,
          accuracy: .init(1, of: 2),
          flips: [],
          containsSmaller: true
        )
      }
    ),
    decisions: space.decisions.decisions.map(\.name),
    provenance: .init(configuration: "", dataDigest: "", supernetDigest: "", computer: nil),
    space: space,
    images: Family.Images(
      classNames: ["cat", "dog | <b>"] + (2..<10).map { "class \($0)" },
      height: 16,
      width: 16,
      mean: [0.25],
      deviation: [0.5],
      space: space
    ),
    reference: nil,
    sampling: .init(samples: 1, finalists: 1, seed: 0),
    evaluations: []
  )
  let path = folder.file("\(name).h5")
  try FamilyFile.write(family, to: path)
  return path
}
