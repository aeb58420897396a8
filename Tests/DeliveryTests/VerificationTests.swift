import Families
import SupernetFixtures
import TestSupport
import Testing
import Torch

@testable import Delivery

/// A file that does not predict what the family does is found out.
@Suite struct VerificationTests {
  private func setUp(_ space: String) throws -> (Family, Family.Images) {
    let folder = try TemporaryFolder()
    let family = try Family(contentsOf: familyFile(space, in: folder))
    return (family, try #require(family.images))
  }

  private func files(_ number: Int, of family: Family, _ images: Family.Images) throws
    -> MemberFiles
  {
    try MemberFiles(
      number,
      of: family,
      digest: "",
      images: images,
      options: ExportOptions()
    )
  }

  @Test(arguments: ExportFormat.allCases) func anotherMembersFile(_ format: ExportFormat) throws {
    let (family, images) = try setUp("proxylessnas-small")
    let trial = try VerificationImages(family.members[0], images)
    let (own, other) = (try files(1, of: family, images), try files(2, of: family, images))
    let right = try own.verify(own.model(format), format, on: trial)
    #expect(right.isEqual)
    let wrong = try other.verify(other.model(format), format, on: trial)
    #expect(!wrong.isEqual)
  }

  /// The smallest mistake of a writer that is likely.
  @Test func anotherEpsilon() throws {
    let (family, images) = try setUp("mobilenetv3-small")
    let network = try ExportedNetwork(family.members[1], images)
    let trial = try VerificationImages(family.members[1], images)
    let changed = network.network.mapping { convolution in
      var convolution = convolution
      convolution.norm?.epsilon *= 100
      return convolution
    } linear: {
      $0
    }
    for (layers, isEqual) in [(network.network, true), (changed, false)] {
      let file = try TorchScriptModel(
        ExportedNetwork(network: layers, weights: network.weights).foldingBatchNorm(),
        ExportOptions(),
        images: images,
        description: "{}"
      )
      let module = try TorchScriptModule(bytes: file.bytes)
      let result = try trial.verify(ExportOptions()) { try module($0) }
      #expect(result.isEqual == isEqual, "\(result)")
    }
  }

  @Test func whatIsNoNumberIsNotEqual() throws {
    let (family, images) = try setUp("resnet50-small")
    let trial = try VerificationImages(family.members[0], images)
    let result = try trial.verify(ExportOptions()) {
      try Tensor.full(.nan, shape: [$0.size(0), 10])
    }
    #expect(!result.isEqual && result.largestDifference == .infinity)
  }
}
