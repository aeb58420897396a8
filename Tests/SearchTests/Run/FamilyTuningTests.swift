import Families
import Foundation
import HDF5
import RunFixtures
import Runs
import TestSupport
import Testing

@testable import Search

/// Members trained on as a family. That a stopped tuning ends with the same bytes is in `ResumeTests`.
@Suite(.serialized) struct FamilyTuningTests {
  private func family(_ small: SmallRun, _ name: String) throws -> Family {
    let run = try small.resume(name)
    return try run.sampleFamily(
      FamilySettings(small.configuration),
      to: small.folder.file(name + "/family.h5"),
      overwrite: true
    )
  }

  @Test func membersStayAndTheirWeightsDoNot() throws {
    var small = try SmallRun()
    try small.start("tuned").train()
    let tuned = try family(small, "tuned")
    let text = try small.resume("tuned").folder.read(MetricsLog.name)
    #expect(text.contains("\"phase\": \"tuning\"") && text.contains("\"loss/member\""))
    small.configuration.family.tuning.epochs = 0
    try small.start("plain").train()
    let plain = try family(small, "plain")
    #expect(tuned.members.map(\.architecture) == plain.members.map(\.architecture))
    #expect(tuned.report.tuningEpochs == 1 && plain.report.tuningEpochs == nil)
    for (tuned, plain) in zip(tuned.members, plain.members) {
      #expect(tuned.weights.count == plain.weights.count)
      #expect(
        try tuned.weights.contains { try $0.value.bytes() != plain.weights[$0.key]?.bytes() }
      )
    }
    #expect(
      small.folder.bytes("tuned/supernet.h5").count == small.folder.bytes("plain/supernet.h5").count
    )
    // Still slices of one set of weights: checked weight by weight.
    let contain = tuned.report.members.map(\.containsSmaller)
    #expect(contain == [true, true])
    // The file's members predict what the report was computed from.
    let read = try Family(contentsOf: small.folder.file("tuned/family.h5"))
    #expect(read.members.map(\.test.classes) == tuned.members.map(\.test.classes))
    #expect(read.report.tuningEpochs == 1)
  }

  @Test func otherSettingsAreRefused() throws {
    let small = try SmallRun()
    try small.start("run").train()
    var settings = FamilySettings(small.configuration)
    settings.samples += 1
    #expect {
      _ = try small.resume("run").sampleFamily(
        settings,
        to: small.folder.file("other.h5"),
        overwrite: false
      )
    } throws: { "\($0)".contains("--samples, --finalists and --seed") }
  }

  @Test func changedWeightsAreNoticed() throws {
    let small = try SmallRun()
    try small.start("run").train()
    let file = small.folder.file("run/tuned.h5")
    try small.resume("run").products.supernet?.supernet.write(
      to: file,
      provenance: [:],
      createdBy: "a test"
    )
    #expect {
      _ = try small.resume("run")
    } throws: { "\($0)".contains("tuned.h5 has changed since the checkpoint") }
  }

  /// What `checkpoint verify` finds wrong, by file.
  private func problems(_ small: SmallRun) throws -> [String] {
    try ResumeCheck(RunFolder.read(small.folder.file("run"))).findings
      .compactMap { finding in finding.problem.map { "\(finding.file): \($0)" } }
  }

  @Test func whatRunsNeedIsChecked() throws {
    let small = try SmallRun()
    try small.start("run").train()
    #expect(try problems(small) == [])
    try FileManager.default.removeItem(atPath: small.folder.file("run/tuned.h5"))
    #expect(try problems(small).first?.hasPrefix("tuned.h5: missing. Put it back, or ") == true)
    // One pixel, in a file whose digest says what it was.
    let data = small.configuration.data.file
    var bytes = small.folder.bytes("data.h5")
    let pixels = (0..<256).map { _ in UInt8(7) }
    bytes.replaceSubrange(bytes.count / 2..<bytes.count / 2 + 256, with: pixels)
    try Data(bytes).write(to: URL(fileURLWithPath: data))
    #expect(try problems(small).last?.contains("checksum") == true)
    // Nor is a run begun or gone on with on such a file.
    #expect(throws: HDF5Error.self) { try small.resume("run") }
    #expect(throws: HDF5Error.self) { try small.start("another") }
  }

  @Test func aGainMayBeDemanded() throws {
    var small = try SmallRun()
    small.configuration.family.tuning.epochs = 0
    small.configuration.search.minimumGain = 0.999
    let keeper = NoteKeeper()
    try small.start("demanding", reporter: keeper).train()
    #expect(
      keeper.notes.contains {
        $0.hasPrefix("warning: no candidate for member 2 is more accurate than member 1 by")
      }
    )
  }

  @Test func withoutTheConstraintMembersMayBeAnyNetworks() throws {
    var small = try SmallRun()
    small.configuration.family.tuning.epochs = 0
    small.configuration.search.containment = false
    small.configuration.controller.updates = 4
    small.configuration.controller.rollout = 5
    try small.start("free").train()
    let family = try family(small, "free")
    let members = try #require(small.resume("free").products.members)
    let evaluated = members.history.filter { $0.member == 1 }.map(\.architecture)
    let space = try small.resume("free").context.setting.space
    let first = try space.network(family.members[0].architecture)
    #expect(
      try evaluated.contains {
        try !space.network($0).uncoveredWeights(of: first).isEmpty
      }
    )
  }
}
