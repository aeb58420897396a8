import Foundation
import TestSupport
import Testing

/// `train --overwrite` loses nothing that nobody asked to lose, and what can be refused is refused
/// before anything is touched, by `--dry-run` too.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct ReplacedRunTests {
  private let regnas: Regnas
  private var folder: TemporaryFolder { regnas.folder }
  private let run = "checkpoints/whole"
  private static let replace: Command = "train --config run.yaml --name whole --overwrite"

  init() throws { regnas = try Regnas.afterQuickRun() }

  private func contents() -> [String: [UInt8]] {
    let names = folder.names(run).filter { $0 != ".lock" }
    return Dictionary(uniqueKeysWithValues: names.map { ($0, folder.bytes("\(run)/\($0)")) })
  }

  @Test(
    arguments: [
      // Files of the run itself.
      ("supernet.file=checkpoints/whole/supernet.h5", "copy it elsewhere"),
      ("supernet.initial=./checkpoints/../checkpoints/whole/supernet.h5", "copy it elsewhere"),
      ("search.reference=checkpoints/whole/family.h5", "copy it elsewhere"),
      // What was once found out after the run was emptied.
      ("data.padding=100", "data.padding"),
      ("search.budgets=[1%, 1.1M]", "search.budgets"),
      ("supernet.calibrationImages=100000", "supernet.calibrationImages"),
    ]
  ) func refusalsComeFirst(_ setting: String, _ part: String) throws {
    let before = contents()
    for command in [Self.replace, "\(Self.replace) --dry-run"] as [Command] {
      let result = try regnas("\(command) --set \(setting)")
      #expect(result.status == 64, "\(command): \(result.errors)")
      #expect(result.errors.contains(part), "\(result.errors)")
    }
    #expect(contents() == before)
  }

  /// A failure that no check foresees: the disk takes nothing more.
  @Test func aRunThatNeverBeginsLeavesTheEarlierOne() throws {
    let before = contents()
    let result = try regnas(Self.replace, shell: "ulimit -f 0")
    #expect(result.status == 74, "\(result.errors)")
    #expect(contents() == before)
    #expect(!folder.exists("\(run)/.replaced"))
  }

  @Test func aKilledReplacementIsTakenBack() throws {
    let before = contents()
    // In the middle of putting aside.
    let killed = try regnas("\(Self.replace) --die-at-storage-operation 5")
    #expect(killed.status == 128 + SIGKILL, "\(killed.errors)")
    #expect(folder.exists("\(run)/.replaced/config.yaml"))
    try regnas.refuse("sample \(run) --overwrite", 66, "regnas resume \(run)")
    let resumed = try regnas.succeed("resume \(run)")
    #expect(resumed.errors.contains("this run is complete"))
    #expect(contents() == before)
  }

  /// Killed when the new configuration was written and nothing of it was saved: both runs are there.
  @Test func aKilledReplacementThatHadNotSavedItself() throws {
    let before = contents()
    var waits = false
    // A rename for each file, then the new configuration.
    for operation in (before.count + 15)..<(before.count + 25) where !waits {
      _ = try regnas("\(Self.replace) --die-at-storage-operation \(operation)")
      waits = folder.exists("\(run)/config.yaml") && folder.exists("\(run)/.replaced/config.yaml")
      if !waits { try regnas.succeed("resume \(run) -q") }
    }
    try #require(waits)
    for command in ["ls", "verify"] as [Command] {
      let result = try regnas.succeed("checkpoint \(command) \(run)")
      #expect(result.errors.contains("waits in \(run)/.replaced"), "\(result.errors)")
      #expect(result.errors.contains("rm \(run)/config.yaml"))
    }
    // As it says.
    try folder.remove("\(run)/config.yaml")
    let resumed = try regnas.succeed("resume \(run)")
    #expect(resumed.errors.contains("this run is complete"))
    #expect(contents() == before)
    #expect(!(try regnas.succeed("checkpoint ls \(run)").errors.contains(".replaced")))
  }

  @Test func aReplacementThatBeginsTakesThePlace() throws {
    try folder.put("mine", "\(run)/notes.txt")
    try regnas.succeed("\(Self.replace) --seed 9 --max-time 60 -q")
    #expect(!folder.exists("\(run)/.replaced") && !folder.exists("\(run)/family.h5"))
    #expect(folder.text("\(run)/config.yaml").contains("seed: 9"))
    #expect(folder.text("\(run)/notes.txt") == "mine")
  }

  /// A file of the name that a run gives to its own, in a folder that is no run.
  @Test func filesInTheWay() throws {
    try folder.put("mine", "checkpoints/other/supernet.h5")
    for option in ["", "--dry-run"] as [Command] {
      try regnas.refuse(
        "train --config run.yaml --name other \(option)",
        64,
        "checkpoints/other/supernet.h5",
        "--overwrite"
      )
    }
    #expect(folder.text("checkpoints/other/supernet.h5") == "mine")
  }

  @Test(arguments: ["", " ", ".", "..", "a/../b", "/"]) func namesThatAreNone(_ name: String) throws
  {
    let result = try regnas("train --config run.yaml --name '\(name)'")
    #expect(result.status == 64)
    #expect(result.errors.contains("is no name of a folder"))
  }

  @Test func placesThatAreNoFolders() throws {
    try regnas.refuse("train --config run.yaml --out data.h5 --name z", 74, "data.h5", "no folder")
    try regnas.refuse("train --config run.yaml --name whole/config.yaml", 74, "no folder")
  }
}
