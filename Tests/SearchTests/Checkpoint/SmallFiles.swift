import Families
import FlipMetrics
import Networks
import SearchSpaces
import Supernet
import Torch

@testable import Search

/// A family of one made-up member: the smallest file that has everything in it.
func smallFamily(to path: String) throws {
  let report = FamilyReport(
    space: "s",
    budgetUnit: "MACs",
    searchImages: 4,
    testImages: 4,
    members: [
      .init(
        architecture: "0.1",
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
  let member = Family.Member(
    architecture: Architecture([0, 1]),
    searchPredictions: [0, 1, 2, 3],
    testPredictions: [3, 2, 1, 0],
    weights: ["linear.weight": try Tensor([1, 2] as [Float], shape: [2])]
  )
  try FamilyFile.write(
    Family(members: [member], report: report),
    to: path,
    origin: .init(
      configuration: "seed: 1\n",
      space: "s",
      decisions: ["a", "b"],
      dataDigest: "d",
      supernetDigest: "s",
      searchLabels: [0, 1, 2, 3],
      testLabels: [3, 2, 1, 1]
    )
  )
}

/// The smallest network of the ResNet50 space: one stage, every width the least there is.
func smallSupernet(to path: String) throws {
  var configuration = ResNet50Space.Configuration()
  configuration.name = "least"
  configuration.inputChannels = 1
  configuration.classes = 2
  configuration.resolutions = [8]
  configuration.stemWidth = 8
  configuration.poolStride = 1
  configuration.stages = [.init(width: 8, stride: 1, baseDepth: 1)]
  configuration.expands = [0.5, 1]
  configuration.widths = [1]
  let supernet = try Supernet(
    oracle: try ResNet50Space(configuration),
    elementType: .float32
  )
  try supernet.write(to: path, provenance: ["seed": "1"], createdBy: "regnas tests")
}
