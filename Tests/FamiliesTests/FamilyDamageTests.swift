import Families
import FlipMetrics
import Foundation
import HDF5
import Networks
import SearchSpaces
import Supernet
import SupernetFixtures
import TestSupport
import Testing
import Torch

/// Sound files whose parts do not fit each other are refused, and the object is named.
@Suite struct FamilyDamageTests {
  private func family() throws -> Family {
    let space = try leastSpace()
    let supernet = try Supernet(oracle: space, elementType: .float32)
    let labels: [Int32] = [0, 1, 0]
    let predictions = try Predictions(
      classes: [0, 1, 1],
      labels: labels,
      probabilities: .init(predicted: [0.5, 0.5, 0.5], trueClass: [0.5, 0.5, 0.25])
    )
    let members = try [space.smallest, space.largest].map { architecture in
      Family.Member(
        architecture: architecture,
        of: space,
        search: predictions,
        test: predictions,
        weights: try supernet.withStoredStatistics(architecture).extract().state()
      )
    }
    return Family(
      members: members,
      report: FamilyReport(
        space: space.name,
        budgetUnit: "MACs",
        searchImages: 3,
        testImages: 3,
        members: members.map {
          FamilyReport.Member(
            architecture: space.code($0.architecture),
            macs: 2,
            parameters: 1,
            cost: 2,
            budget: 2,
            searchReward: 0.5,
            accuracy: .init(2, of: 3),
            flips: [],
            containsSmaller: true
          )
        }
      ),
      decisions: space.decisions.decisions.map(\.name),
      provenance: .init(
        configuration: "",
        dataDigest: "",
        supernetDigest: "",
        computer: nil
      ),
      space: space,
      images: Family.Images(
        classNames: ["cat", "dog"],
        height: 8,
        width: 8,
        mean: [0.5],
        deviation: [0.5],
        space: space
      ),
      reference: nil,
      sampling: .init(samples: 1, finalists: 1, seed: 0),
      evaluations: [
        .init(
          member: 2,
          update: 1,
          architecture: space.smallest,
          accuracy: 1,
          negativeFlipRate: 0,
          reward: 1,
          macs: 2,
          parameters: 1
        )
      ]
    )
  }

  /// Writes a changed family; gives the error that reading it throws.
  private func refusal(
    _ family: Family,
    _ change: (inout Family) throws -> Void
  ) throws -> HDF5Error? {
    var family = family
    try change(&family)
    let folder = try TemporaryFolder()
    let path = folder.file("family.h5")
    try FamilyFile.write(family, to: path)
    do {
      _ = try Family(contentsOf: path)
      return nil
    } catch let error as HDF5Error {
      #expect(error.file == path && error.kind == .damagedFile)
      return error
    }
  }

  private func predictions(
    _ classes: [Int32],
    _ labels: [Int32] = [0, 1, 0],
    sure: Float = 0.5
  ) throws -> Predictions {
    try Predictions(
      classes: classes,
      labels: labels,
      probabilities: .init(
        predicted: labels.map { _ in sure },
        trueClass: labels.map { _ in 0.5 }
      )
    )
  }

  @Test func partsMustFitEachOther() throws {
    let family = try family()
    #expect(try refusal(family) { _ in } == nil)
    let cases: [(object: String, change: (inout Family) throws -> Void)] = [
      ("/members/1/weights", { $0.members[0].weights["classifier.linear.bias"] = nil }),
      (
        "/members/2/weights",
        { $0.members[1].weights["none.such"] = try Tensor([1 as Float], shape: [1]) }
      ),
      // The weights of another member.
      ("/members/1/weights", { $0.members[0].weights = $0.members[1].weights }),
      ("/members/2/predictions/test", { $0.members[1].test = try self.predictions([0, 2, 1]) }),
      (
        "/members/1/predictions/search",
        { $0.members[0].search = try self.predictions([-1, 1, 1]) }
      ),
      (
        "/members/2/predictions/search",
        { $0.members[1].search = try self.predictions([1, 1], [1, 1]) }
      ),
      (
        "/members/2/predictions/test-probability",
        { $0.members[1].test = try self.predictions([0, 1, 1], sure: 1.5) }
      ),
      (
        "/members/2/predictions/test-probability",
        { $0.members[1].test = try self.predictions([0, 1, 1], sure: .nan) }
      ),
      ("/labels", { $0.report.testImages = 4 }),
      ("/members", { $0.members.removeLast() }),
      ("/decisions", { $0.decisions[0] = "another" }),
      ("/images/class-names", { $0.images?.classNames.removeLast() }),
      ("/images/mean", { $0.images?.deviation = [0] }),
      ("/images/mean", { $0.images?.mean = [0.5, 0.5] }),
      ("/images/@colour-order", { $0.images?.resizing = .antialiasedBilinear }),
      ("/evaluations/member", { $0.evaluations?[0].member = 3 }),
      ("/evaluations/choices", { $0.evaluations?[0].architecture.choices[0] = 99 }),
    ]
    for (object, change) in cases {
      let error = try refusal(family, change)
      #expect(error?.object == object, "\(object): \(error?.description ?? "accepted")")
    }
  }

  /// A space whose type only the caller knows.
  @Test func anUnknownSpaceIsAskedFor() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("family.h5")
    try FamilyFile.write(family(), to: path)
    #expect(
      throws: SupernetError.unknownSpaceType(type: "ResNet50Space", known: ["ProxylessNASSpace"])
    ) {
      try Family(contentsOf: path, spaces: [ProxylessNASSpace.self])
    }
  }
}
