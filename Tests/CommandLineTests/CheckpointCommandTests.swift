import Foundation
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct CheckpointCommandTests {
  @Test func checkpointsAreListedVerifiedAndPruned() throws {
    let regnas = try Regnas(
      configuration: SmallData.quickConfiguration.replacing("every: 0", with: "every: 3600")
    )
    let folder = regnas.folder
    try regnas.succeed("train --config run.yaml --name run --quiet")

    let listing = try regnas.succeed("checkpoint ls checkpoints/run").output
    #expect(listing.contains("checkpoint-00000004.h5") && listing.contains("finished"))
    #expect(
      try regnas.succeed("checkpoint verify checkpoints/run").output == """
        checkpoint-00000002.h5: sound
        checkpoint-00000003.h5: sound
        checkpoint-00000004.h5: sound
        supernet.h5: sound
        data.h5 (data.file): sound

        """
    )

    // The newest is damaged: told, and not gone on from.
    let newest = "checkpoints/run/checkpoint-00000004.h5"
    var bytes = folder.bytes(newest)
    bytes[bytes.count / 3] ^= 4
    try folder.put(bytes, newest)
    try folder.put("", "checkpoints/run/checkpoint-00000009.h5.77-1.partial")
    let damaged = try regnas("checkpoint verify checkpoints/run")
    #expect(damaged.status == 65)
    #expect(damaged.output.contains("checkpoint-00000004.h5: checkpoints/run"))
    #expect(try regnas("checkpoint ls checkpoints/run").output.contains("DAMAGED"))
    let resumed = try regnas.succeed("resume checkpoints/run")
    #expect(resumed.errors.contains("skipped a checkpoint: \(newest)"))
    #expect(resumed.errors.contains("going on from checkpoints/run/checkpoint-00000003.h5"))
    #expect(!folder.exists("checkpoints/run/checkpoint-00000009.h5.77-1.partial"))

    let plan = try regnas.succeed("checkpoint prune checkpoints/run --dry-run")
    #expect(plan.output.contains("would remove checkpoint-00000003.h5"))
    try regnas.succeed("checkpoint prune checkpoints/run --json")
    #expect(!folder.exists("checkpoints/run/checkpoint-00000003.h5"))
    #expect(!folder.exists(newest))
    try regnas.succeed("checkpoint verify checkpoints/run")
    try regnas.refuse("checkpoint ls nowhere", 66)
  }

  /// A finished run whose newest checkpoint is damaged is not called unfinished.
  @Test func damageIsSaidWhereARunIsRead() throws {
    let regnas = try Regnas.afterQuickRun()
    let newest = try #require(
      regnas.folder.names("checkpoints/whole").last { $0.hasPrefix("checkpoint-") }
    )
    let path = "checkpoints/whole/\(newest)"
    try regnas.folder.put(Array(regnas.folder.bytes(path).dropLast(100)), path)
    let refused = try regnas.refuse("sample checkpoints/whole --out f.h5 -q", 65, newest)
    #expect(refused.errors.contains("warning: skipped a checkpoint: \(path)"))
    #expect(refused.errors.contains("regnas resume checkpoints/whole"))
    // As it says.
    try regnas.succeed("resume checkpoints/whole -q")
    try regnas.succeed("sample checkpoints/whole --out f.h5 -q")
  }

  /// As resuming does, where no checkpoint says which supernet is the run's.
  @Test func aSupernetThatIsAnothersWithoutCheckpoints() throws {
    let regnas = try Regnas.afterQuickRun()
    let (folder, run) = (regnas.folder, "checkpoints/whole")
    for name in folder.names(run) where name.hasPrefix("checkpoint-") {
      try folder.remove("\(run)/\(name)")
    }
    let record = folder.text("\(run)/run.json")
    try folder.put(record.replacing("\"finished\"", with: "\"interrupted\""), "\(run)/run.json")
    try regnas.succeed("checkpoint verify \(run)")
    let configuration = folder.text("\(run)/config.yaml")
    try folder.put(configuration.replacing("epochs: 1", with: "epochs: 2"), "\(run)/config.yaml")
    let verified = try regnas("checkpoint verify \(run)")
    #expect(verified.status == 65, "\(verified.output)")
    #expect(verified.output.contains("supernet.h5: the run has no checkpoint, and this supernet"))
    try regnas.refuse("resume \(run)", 65, "the run has no checkpoint, and this supernet")
  }

  /// Before anything else is done: a log, say, is written when the work is done.
  @Test(arguments: ["metrics.jsonl", "run.json", "log.txt"])
  func foldersInPlaceOfFiles(_ name: String) throws {
    let regnas = try Regnas.afterQuickRun()
    let path = "checkpoints/whole/\(name)"
    try regnas.folder.remove(path)
    try regnas.folder.makeFolder(path)
    for command in ["resume", "sample --out f.h5", "checkpoint verify"] as [Command] {
      try regnas.refuse("\(command) checkpoints/whole", 65, "\(path): this is a folder")
    }
  }

  @Test func aSupernetThatIsAway() throws {
    let regnas = try Regnas.afterQuickRun()
    try regnas.folder.remove("checkpoints/whole/supernet.h5")
    for command in ["sample --out f.h5", "resume", "extend"] as [Command] {
      try regnas.refuse(
        "\(command) checkpoints/whole",
        66,
        "checkpoints/whole/supernet.h5: the trained supernet of this run is missing",
        "regnas train --config checkpoints/whole/config.yaml"
      )
    }
    let verified = try regnas("checkpoint verify checkpoints/whole")
    #expect(verified.status == 66 && verified.output.contains("supernet.h5: missing"))
  }

  /// What root may read, others may not.
  @Test(.enabled(if: getuid() == 0 && FileManager.default.fileExists(atPath: "/usr/bin/setpriv")))
  func checkpointsWithoutPermission() throws {
    let regnas = try Regnas.afterQuickRun()
    let run = "checkpoints/whole"
    let newest = try #require(regnas.folder.names(run).last { $0.hasPrefix("checkpoint-") })
    let nobody =
      "set -- /usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups \"$0\" \"$@\"; exec \"$@\""
    for (path, mode) in [(".", 0o755), ("\(run)/\(newest)", 0)] {
      try FileManager.default.setAttributes(
        [.posixPermissions: mode],
        ofItemAtPath: regnas.folder.file(path)
      )
    }
    let sampled = try regnas("sample \(run) --out /tmp/never.h5", shell: nobody)
    #expect(sampled.status == 74, "\(sampled.errors)")
    #expect(sampled.errors.contains(newest) && sampled.errors.contains("ermission"))
    let verified = try regnas("checkpoint verify \(run)", shell: nobody)
    #expect(verified.status == 74, "\(verified.output)")
    #expect(verified.output.contains("\(newest): \(run)/\(newest): cannot"))
  }

  @Test func variablesThatAreNotUsedAreNamed() throws {
    let regnas = try Regnas.afterQuickRun()
    for command in ["resume checkpoints/whole -q", "sample checkpoints/whole --out f.h5 -q"]
      as [Command]
    {
      let result = try regnas(command, environment: ["REGNAS_RUNTIME_THREADS": "1"])
      #expect(result.status == 0)
      #expect(result.errors.contains("warning: REGNAS_RUNTIME_THREADS: not used by this command"))
    }
  }
}
