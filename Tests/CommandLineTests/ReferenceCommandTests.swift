import Foundation
import TestSupport
import Testing

/// A reference and a configuration as a user gives them.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct ReferenceCommandTests {
  private static let plan: Command = "train --config run.yaml --dry-run"

  /// A family of other images of the same classes counts no flips.
  @Test func aReferenceFamilyOfAnotherSplit() throws {
    let regnas = try Regnas.afterQuickRun()
    let folder = regnas.folder
    try regnas.succeed("\(SmallData.importing) --seed 5 --out other.h5")
    let reference: Command = "--set search.reference=checkpoints/whole/family.h5"
    try regnas.refuse(
      "\(Self.plan) --data other.h5 \(reference)",
      65,
      "checkpoints/whole/family.h5 (search.reference)",
      "other.h5",
      "sha256"
    )
    // Its own images, whatever the files are called.
    try folder.copy(folder.file("checkpoints/whole/family.h5"), to: "family.HDF5")
    let own = try regnas.succeed("\(Self.plan) --set search.reference=family.HDF5").output
    #expect(own.contains("note       search.reference (family.HDF5) is right for "))
    #expect(own.contains(" of 300 search images (") && own.contains(" of 200 test images ("))
  }

  @Test func formsOfPredictions() throws {
    let regnas = try Regnas(configuration: SmallData.quickConfiguration)
    let folder = regnas.folder
    func lines(_ line: (Int) -> String) -> String { (0..<300).map { line($0) + "\n" }.joined() }
    func reference(_ text: String) throws -> Command {
      try folder.put(text, "p.txt")
      return "\(Self.plan) --set search.reference=p.txt"
    }
    try regnas.refuse(
      reference(lines { "\($0 % 50) \($0 % 2)" }),
      65,
      "p.txt (search.reference)",
      "line 1",
      "has several columns"
    )
    try regnas.refuse(
      reference("0\n" + lines { _ in "3" }),
      65,
      "301 images",
      "one line is too many"
    )
    let read = try regnas.succeed(reference("class1\n" + lines { "\($0 % 10).00e+00" })).output
    #expect(read.contains("p.txt: took line 1, 'class1', for a heading"))
    #expect(
      read.contains("warning    search.reference (p.txt) is right no more often than guessing")
    )
    try regnas.refuse("\(Self.plan) --set search.reference=<none>", 66, "<none>")
    #expect(!folder.exists("checkpoints"))
  }

  @Test func configurationsFromWindowsAndFromPipes() throws {
    let regnas = try Regnas(configuration: SmallData.quickConfiguration)
    let folder = regnas.folder
    let plan = try regnas.succeed(Self.plan).output
    let text = SmallData.quickConfiguration
    try folder.put(
      "\u{FEFF}" + text.replacing("\n", with: "\r\n") + "\r\nfamily:\r\n",
      "empty.yaml"
    )
    try regnas.refuse("train --config empty.yaml --dry-run", 64, "'family' is given more than once")
    try folder.put(
      "\u{FEFF}"
        + text.replacing("\n", with: "\r\n").replacing(
          "checkpoint: {every: 0}",
          with: "checkpoint:"
        ),
      "windows.yaml"
    )
    #expect(try regnas.succeed("train --config windows.yaml --dry-run").output == plan)
    let piped = try regnas("train --config /dev/stdin --dry-run", shell: "exec < <(cat run.yaml)")
    #expect(piped.output == plan, "\(piped.errors)")
    // What is printed is read again, remarks and all.
    let printed = try regnas.succeed("train --config run.yaml --print-config").output
    #expect(printed.contains("# run.yaml:"))
    try folder.put(printed, "printed.yaml")
    #expect(try regnas.succeed("train --config printed.yaml --dry-run").output == plan)
    try folder.put([0x73, 0x3A, 0xE9, 10], "latin.yaml")
    try regnas.refuse("train --config latin.yaml", 64, "latin.yaml:1", "UTF-8")
  }

  /// A stored configuration that a full disk emptied does not become one of defaults.
  @Test func aStoredConfigurationThatIsCutShort() throws {
    let regnas = try Regnas.afterQuickRun()
    let path = "checkpoints/whole/config.yaml"
    let lines = regnas.folder.text(path).split(separator: "\n").map { $0 + "\n" }
    for (cut, reason) in [("", "is empty"), (lines.prefix(lines.count / 2).joined(), "cut short")] {
      try regnas.folder.put(cut, path)
      for command in [
        "resume checkpoints/whole", "sample checkpoints/whole --out x.h5",
        "supernet evaluate checkpoints/whole smallest",
      ] as [Command] { try regnas.refuse(command, 65, path, "stored configuration", reason) }
    }
  }

  /// Keys that a command does not use are not passed over.
  @Test func keysOfOtherCommands() throws {
    let regnas = try Regnas.afterQuickRun()
    try regnas.refuse(
      "supernet evaluate checkpoints/whole smallest --set search.flipWeight=2",
      64,
      "'search.flipWeight' means nothing to 'regnas supernet evaluate'"
    )
    try regnas.refuse("compare --set seed=3", 64, "'seed' means nothing to 'regnas compare'")
    try regnas.refuse("compare --set controller.strategy=ppo", 64, "--strategies")
    for weight in ["flipWeight", "budgetWeight"] {
      try regnas.refuse("\(Self.plan) --set search.\(weight)=1e18", 64, "from 0 to 1000000")
    }
  }

  @Test func membersThatAreOneNetworkAreNamed() throws {
    let regnas = try Regnas(configuration: SmallData.quickConfiguration)
    // Budgets so near to the cheapest that it alone is within both.
    let plan = try regnas.succeed("\(Self.plan) --set 'search.budgets=[0.001%, 0.01%]'").output
    #expect(plan.contains("warning    member 2: one network alone is within"))
    try regnas.succeed(
      "train --config run.yaml --name x -q --set 'search.budgets=[0.001%, 0.01%]'"
    )
    #expect(regnas.folder.text("checkpoints/x/log.txt").contains("warning: member 1: one network"))
    let table = try regnas.succeed("sample checkpoints/x -q").output
    #expect(table.contains("Members 1 and 2 are the same network."))
    let report = try object(regnas.succeed("sample checkpoints/x -q --json --out y.h5").output)
    let members = try #require(report["members"] as? [[String: Any]])
    #expect(members.map { $0["sameAs"] as? Int } == [nil, 1])
  }
}
