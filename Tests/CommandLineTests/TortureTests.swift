import Foundation
import TestSupport
import Testing

/// Real processes killed with SIGKILL, and resumed: every run ends with the bytes of one that
/// nothing happened to, in training of the supernet, in the search and in sampling.
///
/// The quick form belongs to every test run. `Scripts/torture` sets `TORTURE=1` for the long one:
/// each storage operation of a run on its own, and 200 kills at random times over one run.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct TortureTests {
  private static let isLong = ProcessInfo.processInfo.environment["TORTURE"] != nil
  private static let died: Int32 = 128 + SIGKILL

  private func expectSameResults(_ name: String, in folder: TemporaryFolder) {
    for file in ["supernet.h5", "metrics.jsonl", "family.h5"] {
      let bytes = folder.bytes("checkpoints/\(name)/\(file)")
      #expect(!bytes.isEmpty, "\(name)/\(file)")
      #expect(bytes == folder.bytes("checkpoints/whole/\(file)"), "\(name)/\(file)")
    }
  }

  /// `train`, or `resume` once there is a run.
  private func command(_ name: String, in regnas: Regnas) -> Command {
    regnas.folder.exists("checkpoints/\(name)/config.yaml")
      ? "resume checkpoints/\(name)" : "train --config run.yaml --name \(name)"
  }

  private func run(_ name: String, in regnas: Regnas, dyingAt operation: Int) throws
    -> Regnas.Result
  {
    try regnas("\(command(name, in: regnas)) --die-at-storage-operation \(operation)")
  }

  /// One process after the other dies, each a little later, and the next goes on, until one survives.
  @Test func aRunThatDiesAtTheFirstSecondThirdOperationGoesOn() throws {
    let regnas = try Regnas.afterQuickRun()
    var operation = 1
    while true {
      let result = try run("killed", in: regnas, dyingAt: operation)
      if result.status == 0 { break }
      try #require(result.status == Self.died, "\(result.errors)")
      operation += Self.isLong ? 1 : 1 + operation / 4
    }
    #expect(operation > 15)
    try sampleDying("killed", in: regnas)
    expectSameResults("killed", in: regnas.folder)
  }

  /// Sampling that dies at each of its operations, until it survives.
  private func sampleDying(_ name: String, in regnas: Regnas) throws {
    var operation = 1
    while true {
      let result = try regnas(
        "sample checkpoints/\(name) --quiet --die-at-storage-operation \(operation)"
      )
      if result.status == 0 { break }
      // The family may have been in place already when the process died.
      if regnas.folder.exists("checkpoints/\(name)/family.h5") { break }
      try #require(result.status == Self.died, "\(result.errors)")
      operation += Self.isLong ? 1 : 5
    }
  }

  @Test(.enabled(if: isLong, "long: see Scripts/torture"))
  func aRunThatDiesOnceAtAnyOperationEndsTheSame() throws {
    let regnas = try Regnas.afterQuickRun()
    var operation = 1
    while true {
      let result = try run("once", in: regnas, dyingAt: operation)
      if result.status != 0 {
        try #require(result.status == Self.died, "\(result.errors)")
        try regnas.succeed("resume checkpoints/once")
      }
      try regnas.succeed("sample checkpoints/once --quiet")
      expectSameResults("once", in: regnas.folder)
      try regnas.folder.remove("checkpoints/once")
      if result.status == 0 { break }
      operation += 1
    }
    print("torture: survived death at each of \(operation - 1) storage operations")
    #expect(operation > 50)
  }

  @Test(.enabled(if: isLong, "long: see Scripts/torture"))
  func aRunThatIsKilledTwoHundredTimesEndsTheSame() throws {
    let long = SmallData.quickConfiguration
      .replacing("epochs: 1", with: "epochs: 40").replacing("rollout: 2", with: "rollout: 8")
      .replacing("updates: 2", with: "updates: 60")
    let regnas = try Regnas(configuration: long)
    try regnas.succeed("train --config run.yaml --name whole --quiet")
    try regnas.succeed("sample checkpoints/whole --quiet")
    // So much a process needs before it computes, on this machine as busy as it is.
    let begin = Date()
    try regnas.succeed("resume checkpoints/whole --quiet")
    let startUp = Date().timeIntervalSince(begin)
    var kills = 0
    while true {
      let process = try regnas.start(command("killed", in: regnas))
      // Until 200 kills are done the run is not given enough time to end.
      let seconds = kills < 200 ? .random(in: 0...2 * startUp) : 3600
      process.wait(seconds: seconds) { false }
      if process.isRunning {
        process.send(SIGKILL)
        kills += 1
      }
      let result = process.finish()
      if result.status == 0 { break }
      try #require(result.status == Self.died, "\(result.errors)")
    }
    print("torture: survived \(kills) kills at random times")
    #expect(kills >= 200)
    try sampleDying("killed", in: regnas)
    expectSameResults("killed", in: regnas.folder)
  }

  /// SIGUSR1 saves and the run goes on.
  @Test func aSignalAsksForACheckpoint() throws {
    let regnas = try Regnas(
      configuration: SmallData.quickConfiguration.replacing("epochs: 1", with: "epochs: 500")
        .replacing("every: 0", with: "every: 3600")
    )
    let process = try regnas.start("train --config run.yaml --name asked")
    process.wait(toPrint: "supernet: ")
    #expect(!regnas.folder.exists("checkpoints/asked/checkpoint-00000001.h5"))
    process.send(SIGUSR1)
    process.wait(toPrint: "saved checkpoints/asked/checkpoint-00000001.h5")
    #expect(process.isRunning)
    #expect(regnas.folder.exists("checkpoints/asked/checkpoint-00000001.h5"))
    let listing = try regnas("checkpoint ls checkpoints/asked --json")
    #expect(listing.output.contains("\"phase\" : \"supernet\""))
    process.send(SIGTERM)
    #expect(process.finish().status == 128 + SIGTERM)
    #expect(regnas.folder.exists("checkpoints/asked/checkpoint-00000002.h5"))
  }
}
