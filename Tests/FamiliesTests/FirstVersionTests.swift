import Families
import Foundation
import HDF5
import TestSupport
import Testing

/// Files that regnas 0.1.0 wrote.
@Suite struct FirstVersionTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../Fixtures").standardized.path

  @Test(arguments: [
    "Formats/version-1/family.h5", "Runs/0.1.0/whole/family.h5", "Runs/0.1.0/shrinking-family.h5",
  ])
  func areReadAndTheirMembersRefused(_ name: String) throws {
    let path = Self.fixtures + "/" + name
    let family = try Family(contentsOf: path)
    #expect(try family.report.json() == FamilyFile.readReport(path).json())
    #expect(!family.provenance.configuration.isEmpty && family.provenance.computer == nil)
    #expect(family.space == nil && family.images == nil && family.sampling == nil)
    #expect(family.evaluations == nil && family.reference == nil)
    for (member, figures) in zip(family.members, family.report.members) {
      #expect(member.architecture.count == family.decisions.count)
      #expect(member.test.classes.count == family.report.testImages)
      #expect(member.search.classes.count == family.report.searchImages)
      #expect(member.search.probabilities == nil && member.test.probabilities == nil)
      #expect(!member.weights.isEmpty)
      let right = zip(member.test.classes, member.test.labels).count { $0 == $1 }
      if name.hasPrefix("Runs") {
        #expect(Double(right) == figures.accuracy.value * Double(family.report.testImages))
      }
    }
    let error = #expect(throws: HDF5Error.self) { try family.members[0].network() }
    #expect(
      error?.description
        == "\(path): /members/1: cannot rebuild the network: this family was written by regnas 0.1.0 "
        + "as version 1 of the format, which did not store the configuration of its space. Sample it "
        + "again with 'regnas sample RUN --overwrite'."
    )
    // Nor can it be passed on as if it had all that the present version has.
    let folder = try TemporaryFolder()
    #expect(throws: HDF5Error.self) { try FamilyFile.write(family, to: folder.file("family.h5")) }
    #expect(folder.names().isEmpty)
  }
}
