import Foundation
import TestSupport
import Testing

/// Runs that the released program 0.1.0 began go on under today's, and end with the members that
/// 0.1.0 itself found.
///
/// `Tests/Fixtures/Runs/0.1.0` holds what 0.1.0 left of one small configuration, with one thread, in
/// a folder with `data.h5` and `checkpoints`, each run stopped in another phase:
///
/// - `supernet`: while it trained the supernet, by `--max-time`. A line in `metrics.jsonl` is of a
///   step after the checkpoint, as a kill leaves it.
/// - `shrinking`: the same for a supernet trained by progressive shrinking.
/// - `members`: while it searched for the second member, by a SIGKILL at a storage operation. Its
///   supernet was that of `whole`.
/// - `whole`: not at all. Its `family.h5` is what the others end with; `shrinking` ends with
///   `shrinking-family.h5`.
///
/// They are never written again: a later version adds a folder of its own.
@Suite(.serialized) struct EarlierRunsTests {
  private static let runs = fixture("Runs/0.1.0")

  private let regnas: Regnas
  private var folder: TemporaryFolder { regnas.folder }

  init() throws {
    regnas = try Regnas()
    try folder.copy("\(Self.runs)/data.h5", to: "data.h5")
  }

  private func copy(_ name: String) throws {
    try folder.copy("\(Self.runs)/\(name)", to: "checkpoints/\(name)")
    if name == "members" {
      try folder.copy("\(Self.runs)/whole/supernet.h5", to: "checkpoints/members/supernet.h5")
    }
  }

  /// What a family's report says of each member.
  private func members(_ family: String) throws -> [NSDictionary] {
    let report = try object(regnas.succeed("inspect \(family) --json").output)
    return try #require(report["members"] as? [[String: Any]]).map { member in
      let keys = [
        "architecture", "macs", "parameters", "budget", "searchReward", "containsSmaller",
      ]
      var figures = member.filter { keys.contains($0.key) }
      #expect(figures.count == keys.count)
      figures["accuracy"] = (member["accuracy"] as? [String: Any])?["value"]
      return figures as NSDictionary
    }
  }

  /// Every member's prediction of every image.
  private func predictions(_ family: String) throws -> String {
    try H5py.run(
      """
      import h5py, sys
      with h5py.File(sys.argv[1]) as f:
        for name in sorted(f["members"]):
          for split in ("search", "test"):
            print(name, split, *f["members"][name]["predictions"][split][:])
      """,
      family
    )
  }

  /// The same family, to the last prediction. Where it comes of a training, this holds on processors that
  /// round as the one did that the runs were made on; elsewhere it is a family at least.
  private func expectSameFamily(_ family: String, _ expected: String, trained: Bool) throws {
    let expected = "\(Self.runs)/\(expected)"
    #expect(try members(family).count == 2)
    guard !trained || Processor.hasAVX512 else {
      print("not compared with \(expected): this processor rounds otherwise")
      return
    }
    #expect(try members(family) == members(expected))
    if H5py.isInstalled {
      #expect(try predictions(folder.file(family)) == predictions(expected))
    }
  }

  @Test(arguments: ["supernet", "shrinking", "members", "whole"])
  func aRunGoesOnToTheSameFamily(_ name: String) throws {
    try copy(name)
    try regnas.succeed("resume checkpoints/\(name) --quiet")
    let metrics = folder.text("checkpoints/\(name)/metrics.jsonl")
    #expect(!metrics.contains("\"step\": 999,"), "a step after the checkpoint is logged once")
    #expect(metrics.contains("controller-2"))
    try regnas.succeed("sample checkpoints/\(name) --out family.h5 --quiet")
    try expectSameFamily(
      "family.h5",
      name == "shrinking" ? "shrinking-family.h5" : "whole/family.h5",
      trained: ["supernet", "shrinking"].contains(name)
    )
  }

  @Test(arguments: ["whole", "shrinking"])
  func aStoredConfigurationTrainsTheSameFamilyAnew(_ name: String) throws {
    try folder.copy("\(Self.runs)/\(name)/config.yaml", to: "config.yaml")
    try regnas.succeed("train --config config.yaml --name anew --quiet")
    try regnas.succeed("sample checkpoints/anew --out family.h5 --quiet")
    try expectSameFamily(
      "family.h5",
      name == "shrinking" ? "shrinking-family.h5" : "whole/family.h5",
      trained: true
    )
  }

  @Test func everyFileIsRead() throws {
    for (name, checkpoint, phase) in [
      ("supernet", "checkpoint-00000003.h5", "supernet"),
      ("shrinking", "checkpoint-00000005.h5", "supernet"),
      ("members", "checkpoint-00000007.h5", "members"),
      ("whole", "checkpoint-00000010.h5", "finished"),
    ] {
      try copy(name)
      let run = "checkpoints/\(name)"
      let listing = try regnas.succeed("checkpoint ls \(run)").output.split(separator: "\n")
      #expect(listing.count == 3)
      let cells = listing.last?.split(separator: " ") ?? []
      #expect(cells.contains(Substring(checkpoint)) && cells.contains(Substring(phase)))
      #expect(cells.last == "sound")
      let content = try object(regnas.succeed("inspect \(run)/\(checkpoint) --json").output)
      #expect(content["phase"] as? String == phase)
      try regnas.succeed("checkpoint verify \(run)")
    }
    for file in ["data.h5", "checkpoints/whole/supernet.h5", "checkpoints/whole/family.h5"] {
      try regnas.succeed("inspect \(file)")
    }
  }
}
