import Foundation
import Testing

/// Real processes killed with SIGKILL, and resumed: every run ends with the bytes of one that
/// nothing happened to, in training of the supernet, in the search and in sampling.
///
/// The quick form belongs to every test run. `Scripts/torture` sets `TORTURE=1` for the long one:
/// each storage operation of a run on its own, and 200 kills at random times over one run.
@Suite(.serialized, .enabled(if: SmallData.isThere, "needs the package dataset-fashion-mnist"))
struct TortureTests {
  private static let isLong = ProcessInfo.processInfo.environment["TORTURE"] != nil
  private static let died: Int32 = 128 + SIGKILL

  /// Two seconds, saving as often as the disk allows.
  static let configuration = """
    seed: 4
    data: {file: data.h5}
    space: {widthMultiplier: 0.25}
    supernet:
      {epochs: 1, batchSize: 128, randomSubnets: 1, calibrationImages: 32, calibrationBatchSize: 32}
    controller: {updates: 2, rollout: 2}
    search: {budgets: [20%, 60%], rewardImages: 50}
    family: {samples: 3, finalists: 2}
    checkpoint: {every: 0}
    runtime: {threads: 1, device: cpu}
    """

  private func prepared(_ configuration: String = configuration) throws -> Regnas {
    let regnas = Regnas(folder: try Folder())
    try SmallData.make(in: regnas)
    try regnas.folder.write(configuration, to: "run.yaml")
    try requireSuccess(regnas("train", "--config", "run.yaml", "--name", "whole", "--quiet"))
    try requireSuccess(regnas("sample", "checkpoints/whole", "--quiet"))
    return regnas
  }

  private func requireSuccess(_ result: Regnas.Result) throws {
    try #require(result.status == 0, "\(result.errors)")
  }

  private func expectSameResults(_ name: String, in folder: Folder) {
    for file in ["supernet.h5", "metrics.jsonl", "family.h5"] {
      let bytes = folder.bytes("checkpoints/\(name)/\(file)")
      #expect(!bytes.isEmpty, "\(name)/\(file)")
      #expect(bytes == folder.bytes("checkpoints/whole/\(file)"), "\(name)/\(file)")
    }
  }

  /// `train`, or `resume` once there is a run, dying at a storage operation; nil never dies.
  private func run(_ name: String, in regnas: Regnas, dyingAt operation: Int?) throws
    -> Regnas.Result
  {
    let isThere = regnas.folder.exists("checkpoints/\(name)/config.yaml")
    var arguments =
      isThere
      ? ["resume", "checkpoints/\(name)"] : ["train", "--config", "run.yaml", "--name", name]
    if let operation { arguments += ["--die-at-storage-operation", "\(operation)"] }
    return regnas.finish(try regnas.start(arguments))
  }

  /// One process after the other dies, each a little later, and the next goes on, until one survives.
  @Test func aRunThatDiesAtTheFirstSecondThirdOperationGoesOn() throws {
    let regnas = try prepared()
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
        "sample",
        "checkpoints/\(name)",
        "--quiet",
        "--die-at-storage-operation",
        "\(operation)"
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
    let regnas = try prepared()
    var operation = 1
    while true {
      let result = try run("once", in: regnas, dyingAt: operation)
      if result.status != 0 {
        try #require(result.status == Self.died, "\(result.errors)")
        try requireSuccess(run("once", in: regnas, dyingAt: nil))
      }
      try requireSuccess(regnas("sample", "checkpoints/once", "--quiet"))
      expectSameResults("once", in: regnas.folder)
      try FileManager.default.removeItem(atPath: regnas.folder.file("checkpoints/once"))
      if result.status == 0 { break }
      operation += 1
    }
    print("torture: survived death at each of \(operation - 1) storage operations")
    #expect(operation > 50)
  }

  @Test(.enabled(if: isLong, "long: see Scripts/torture"))
  func aRunThatIsKilledTwoHundredTimesEndsTheSame() throws {
    let long = Self.configuration
      .replacing("epochs: 1", with: "epochs: 40").replacing("rollout: 2", with: "rollout: 8")
      .replacing("updates: 2", with: "updates: 60")
    let regnas = try prepared(long)
    var kills = 0
    while true {
      let isThere = regnas.folder.exists("checkpoints/killed/config.yaml")
      let process = try regnas.start(
        isThere
          ? ["resume", "checkpoints/killed"]
          : ["train", "--config", "run.yaml", "--name", "killed"]
      )
      // Until 200 kills are done the run is not given enough time to end.
      let end = Date(timeIntervalSinceNow: kills < 200 ? .random(in: 0.05...1.1) : 3600)
      while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.005) }
      if process.isRunning {
        kill(process.processIdentifier, SIGKILL)
        kills += 1
      }
      let result = regnas.finish(process)
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
    let regnas = Regnas(folder: try Folder())
    try SmallData.make(in: regnas)
    try regnas.folder.write(
      Self.configuration.replacing("epochs: 1", with: "epochs: 500")
        .replacing("every: 0", with: "every: 3600"),
      to: "run.yaml"
    )
    let process = try regnas.start(["train", "--config", "run.yaml", "--name", "asked"])
    func waitFor(_ text: String) {
      for _ in 0..<600 where process.isRunning && !regnas.folder.text("stderr").contains(text) {
        Thread.sleep(forTimeInterval: 0.05)
      }
    }
    waitFor("supernet: ")
    #expect(!regnas.folder.exists("checkpoints/asked/checkpoint-00000001.h5"))
    kill(process.processIdentifier, SIGUSR1)
    waitFor("saved checkpoints/asked/checkpoint-00000001.h5")
    #expect(process.isRunning)
    #expect(regnas.folder.exists("checkpoints/asked/checkpoint-00000001.h5"))
    let listing = try Regnas(folder: Folder())(
      "checkpoint",
      "ls",
      regnas.folder.file("checkpoints/asked"),
      "--json"
    )
    #expect(listing.output.contains("\"phase\" : \"supernet\""))
    kill(process.processIdentifier, SIGTERM)
    #expect(regnas.finish(process).status == 128 + SIGTERM)
    #expect(regnas.folder.exists("checkpoints/asked/checkpoint-00000002.h5"))
  }
}
