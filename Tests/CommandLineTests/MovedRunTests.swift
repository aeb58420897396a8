import Foundation
import TestSupport
import Testing

/// Runs and their inputs elsewhere than they were made, on file systems that take no locks, and runs
/// that are extended.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct MovedRunTests {
  private let regnas: Regnas
  private var folder: TemporaryFolder { regnas.folder }

  init() throws {
    regnas = try Regnas.afterQuickRun()
    // As if it had been made on another machine: its data is sought near the run and here.
    let record = regnas.folder.text("checkpoints/whole/run.json")
    let lines = record.split(separator: "\n").filter { !$0.contains("\"directory\"") }
    try regnas.folder.put(lines.joined(separator: "\n"), "checkpoints/whole/run.json")
  }

  @Test func dataThatMoved() throws {
    let family = folder.bytes("checkpoints/whole/family.h5")
    try folder.move("data.h5", to: "elsewhere/images.h5")
    for command in ["sample --overwrite", "resume"] as [Command] {
      try regnas.refuse("\(command) checkpoints/whole", 66, "data.h5 (data.file)", "--data FILE")
    }
    let moved = "elsewhere/images.h5"
    try regnas.succeed("resume checkpoints/whole --set data.file=\(moved)")
    try regnas.succeed("sample checkpoints/whole --data \(moved) --out other.h5 -q")
    #expect(folder.bytes("other.h5") == family)
    // Other images are refused, with both digests.
    try regnas.succeed("\(SmallData.importing) --seed 5 --out others.h5")
    for command in ["sample --overwrite", "resume"] as [Command] {
      let refused = try regnas.refuse(
        "\(command) checkpoints/whole --data others.h5",
        65,
        "others.h5",
        "sha256"
      )
      #expect(refused.errors.contains("then,") && refused.errors.contains("now"))
    }
  }

  /// A run that has not saved itself yet knows its data too.
  @Test func dataOfARunThatHasNoCheckpoint() throws {
    try regnas.succeed("\(SmallData.importing) --seed 5 --out others.h5")
    try regnas.succeed("train --config run.yaml --name new -q")
    for name in folder.names("checkpoints/new") where name.hasSuffix(".h5") {
      try folder.remove("checkpoints/new/\(name)")
    }
    // A finished one is not made anew over its results.
    try regnas.refuse("resume checkpoints/new", 65, "its checkpoints are gone")
    try folder.put(
      folder.text("checkpoints/new/run.json").replacing("\"finished\"", with: "\"running\""),
      "checkpoints/new/run.json"
    )
    try regnas.refuse("resume checkpoints/new --data others.h5", 65, "others.h5", "sha256")
    try regnas.succeed("resume checkpoints/new -q")
  }

  @Test func fromAnyFolder() throws {
    // Made by this program in this folder, so that its relative path counts from here.
    try regnas.succeed("train --config run.yaml --name here -q")
    let elsewhere = Regnas(in: try TemporaryFolder())
    let run = folder.file("checkpoints/here")
    try elsewhere.succeed("resume \(run) -q")
    try elsewhere.succeed("sample \(run) -q")
    try elsewhere.succeed("checkpoint verify \(run)")
    // The whole project moved: the run stands in OUT/NAME beside its data.
    let moved = try TemporaryFolder()
    try moved.copy(folder.file("data.h5"), to: "project/data.h5")
    try moved.copy(run, to: "project/checkpoints/here")
    try moved.put(
      moved.text("project/checkpoints/here/run.json").replacing(folder.path, with: "/nowhere"),
      "project/checkpoints/here/run.json"
    )
    try elsewhere.succeed("sample \(moved.file("project/checkpoints/here")) --overwrite -q")
    // The data beside the run itself.
    try moved.move("project/data.h5", to: "project/checkpoints/here/data.h5")
    try elsewhere.succeed("sample \(moved.file("project/checkpoints/here")) --overwrite -q")
  }

  @Test func verifyTellsWhatResumingWouldMiss() throws {
    try regnas.succeed("checkpoint verify checkpoints/whole")
    try folder.move("checkpoints/whole/supernet.h5", to: "supernet.h5")
    let missing = try regnas("checkpoint verify checkpoints/whole")
    #expect(missing.status == 66 && missing.output.contains("supernet.h5: missing"))
    try folder.move("supernet.h5", to: "checkpoints/whole/supernet.h5")
    try folder.move("data.h5", to: "away.h5")
    let away = try regnas("checkpoint verify checkpoints/whole --json")
    #expect(away.status == 66 && away.output.contains("data.file"))
    try regnas.succeed("\(SmallData.importing) --seed 5 --out data.h5")
    let other = try regnas("checkpoint verify checkpoints/whole")
    #expect(other.status == 65 && other.output.contains("another file"))
  }

  /// Only a lock that is held means that another process works there.
  @Test(arguments: [ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL])
  func fileSystemsWithoutLocks(_ code: Int32) throws {
    try folder.put(
      "#include <errno.h>\nint flock(int a, int b) { errno = \(code); return -1; }\n",
      "flock.c"
    )
    try run("/usr/bin/env", ["clang", "-shared", "-fPIC", "-o", "flock.so", "flock.c"], in: folder)
    let environment = ["LD_PRELOAD": folder.file("flock.so")]
    let trained = try regnas("train --config run.yaml --name x -q", environment: environment)
    #expect(trained.status == 0, "\(trained.errors)")
    let resumed = try regnas("resume checkpoints/x", environment: environment)
    #expect(resumed.status == 0)
    #expect(resumed.errors.contains("without locks"), "\(resumed.errors)")
    for command in [
      "data info data.h5", "\(SmallData.importing) --out new.h5 --overwrite",
    ] as [Command] {
      let result = try regnas(command, environment: environment)
      #expect(result.status == 0, "\(result.errors)")
    }
  }

  /// The same members as from a run with these keys from the beginning, over the same supernet.
  @Test func anExtendedRunIsThatOfItsKeys() throws {
    let keys: Command = "--set controller.updates=4 --set search.budgets=20%,40%,80%"
    let before = folder.bytes("checkpoints/whole/config.yaml")
    let plan = try regnas.succeed("extend checkpoints/whole --dry-run \(keys)")
    #expect(plan.output.contains("member 3") && plan.output.contains("supernet   trained"))
    try regnas.succeed("extend checkpoints/whole \(keys)")
    try regnas.refuse("extend checkpoints/whole \(keys)", 64, "there already")
    #expect(folder.bytes("checkpoints/whole/config.yaml") == before)
    try folder.copy(folder.file("checkpoints/whole/supernet.h5"), to: "s.h5")
    try regnas.succeed(
      "train --config run.yaml --name direct -q --set supernet.file=s.h5 \(keys)"
    )
    let extended = try regnas.succeed("sample checkpoints/whole-extended -q").output
    #expect(try regnas.succeed("sample checkpoints/direct -q").output == extended)
    // Stopped and resumed like any other, and what was measured is known.
    let stopped = try regnas("extend checkpoints/whole --name stopped --max-time 0.01 \(keys)")
    #expect([0, 124].contains(stopped.status))
    try regnas.succeed("resume checkpoints/stopped -q")
    #expect(try regnas.succeed("sample checkpoints/stopped -q").output == extended)
  }

  @Test func whatAnExtensionMayNotChange() throws {
    for key in ["supernet.epochs=3", "space.widthMultiplier=0.5", "seed=8", "data.flip=false"] {
      try regnas.refuse(
        "extend checkpoints/whole --set \(key)",
        64,
        String(key.prefix { $0 != "=" }),
        "regnas train"
      )
    }
    let itself: Command = "extend checkpoints/whole --name whole --overwrite"
    for option in ["", "--dry-run"] as [Command] {
      let result = try regnas("\(itself) \(option)")
      #expect(result.status == 64 && result.errors.contains("another --name"), "\(result.errors)")
    }
    #expect(folder.names("checkpoints") == ["whole"])
  }
}
