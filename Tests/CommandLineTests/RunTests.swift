import ForeignWeights
import Foundation
import Testing

/// The main job at its smallest: import, train, interrupt, resume, sample. Serialised, since each
/// test runs several programs that compute.
@Suite(.serialized, .enabled(if: SmallData.isThere, "needs the package dataset-fashion-mnist"))
struct RunTests {
  private func prepared() throws -> Regnas {
    let regnas = Regnas(folder: try Folder())
    try SmallData.make(in: regnas)
    try regnas.folder.write(SmallData.configuration, to: "run.yaml")
    return regnas
  }

  /// The family of a run that is never interrupted, and what h5py reads of its files.
  @Test func aRunGivesAFamilyThatOthersCanRead() throws {
    let regnas = try prepared()
    let folder = regnas.folder
    let train = try regnas("train", "--config", "run.yaml", "--name", "whole")
    try #require(train.status == 0, "\(train.errors)")
    #expect(train.output.isEmpty)
    let sample = try regnas("sample", "checkpoints/whole")
    try #require(sample.status == 0, "\(sample.errors)")
    #expect(sample.output.contains("NFR % against member 1"))
    for file in [
      "config.yaml", "run.json", "log.txt", "metrics.jsonl", "supernet.h5", "family.h5",
    ] { #expect(folder.exists("checkpoints/whole/" + file), "\(file)") }
    for line in folder.text("checkpoints/whole/metrics.jsonl").split(separator: "\n") {
      #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    }
    for file in ["data.h5", "checkpoints/whole/supernet.h5", "checkpoints/whole/family.h5"] {
      let inspected = try regnas("inspect", file)
      #expect(inspected.status == 0, "\(inspected.errors)")
    }
    let report = try JSONSerialization.jsonObject(
      with: Data(try regnas("inspect", "checkpoints/whole/family.h5", "--json").output.utf8)
    )
    let members = try #require((report as? [String: Any])?["members"] as? [[String: Any]])
    #expect(members.count == 2)
    #expect(members.allSatisfy { $0["containsSmaller"] as? Bool == true })
    #expect(
      members.allSatisfy { ($0["macs"] as? Int ?? .max) <= ($0["budget"] as? Int ?? 0) }
    )
    try readWithH5py(folder)

    // The stored configuration gives the same family again, to the byte.
    let again = try regnas(
      "train",
      "--config",
      "checkpoints/whole/config.yaml",
      "--name",
      "again",
      "--quiet"
    )
    #expect(again.status == 0, "\(again.errors)")
    try regnas("sample", "checkpoints/again", "--quiet")
    #expect(
      folder.bytes("checkpoints/whole/family.h5") == folder.bytes("checkpoints/again/family.h5")
    )

    // Sampling refuses to overwrite; another seed and a family as reference are allowed.
    #expect(try regnas("sample", "checkpoints/whole").status == 65)
    let other = try regnas(
      "sample",
      "checkpoints/whole",
      "--seed",
      "9",
      "--out",
      "other.h5",
      "--json"
    )
    #expect(other.status == 0)
    #expect(other.output.contains("regnas.family-report/1"))
    let referenced = try regnas(
      "train",
      "--config",
      "run.yaml",
      "--name",
      "referenced",
      "--set",
      "search.reference=checkpoints/whole/family.h5",
      "--set",
      "supernet.file=checkpoints/whole/supernet.h5"
    )
    #expect(referenced.status == 0, "\(referenced.errors)")
    let table = try regnas("sample", "checkpoints/referenced")
    #expect(table.output.contains("NFR % against reference"))
  }

  /// Every small space runs, and so does one where the resolution is a decision.
  @Test(arguments: [
    ["space.name=proxylessnas-small"], ["space.name=resnet50-small"],
    ["space.resolutions=[20, 28]", "controller.strategy=evolution"],
  ]) func otherSpaces(_ settings: [String]) throws {
    let regnas = try prepared()
    let train = regnas.finish(
      try regnas.start(
        ["train", "--config", "run.yaml", "--name", "x", "--set", "supernet.epochs=1"]
          + settings.flatMap { ["--set", $0] }
      )
    )
    try #require(train.status == 0, "\(train.errors)")
    let sample = try regnas("sample", "checkpoints/x")
    #expect(sample.status == 0, "\(sample.errors)")
    #expect(sample.output.contains(" yes "))
  }

  private func readWithH5py(_ folder: Folder) throws {
    let script = """
      import json, sys
      try:
        import h5py, numpy
      except ImportError:
        sys.exit(77)
      with h5py.File("data.h5") as f:
        assert f["images"].shape == (70000, 28, 28, 1) and f["images"].dtype == numpy.uint8
        assert len(f["splits/train"]) == 640 and len(f["splits/test"]) == 200
      with h5py.File("checkpoints/whole/supernet.h5") as f:
        assert f["state/classifier.linear.weight"].shape[0] == 10
      with h5py.File("checkpoints/whole/family.h5") as f:
        assert f.attrs["format"] == "regnas.family"
        labels = f["labels/test"][:]
        report = json.loads(f["report"][()])
        right = []
        for index, member in enumerate(("1", "2")):
          right.append(f["members"][member]["predictions/test"][:] == labels)
          stated = report["members"][index]["accuracy"]["value"]
          assert abs(right[-1].mean() - stated) < 1e-12, (right[-1].mean(), stated)
          assert len(f["members"][member]["weights"]) > 50
        flips = (right[0] & ~right[1]).mean()
        stated = report["members"][1]["flips"][0]["negativeFlipRate"]["value"]
        assert abs(flips - stated) < 1e-12, (flips, stated)
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    try process.run()
    process.waitUntilExit()
    #expect([0, 77].contains(process.terminationStatus), "h5py could not read the files")
  }

  /// Runs a command that saves after every step, kills it again and again at some moment, and goes on
  /// until it is done. Returns the number of kills.
  private func killing(
    _ command: [String],
    in regnas: Regnas,
    run: String,
    firstDelay: Double,
    growth: Double = 1.35
  ) throws -> Int {
    var (kills, delay) = (0, firstDelay)
    var process = try regnas.start(command)
    while process.isRunning {
      Thread.sleep(forTimeInterval: delay)
      guard process.isRunning else { break }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      kills += 1
      delay *= growth
      process = try regnas.start(["resume", run])
    }
    #expect(regnas.finish(process).status == 0, "\(regnas.folder.text("stderr"))")
    return kills
  }

  @Test func killedRunsEndWithTheSameBytes() throws {
    let regnas = try prepared()
    let folder = regnas.folder
    #expect(try regnas("train", "--config", "run.yaml", "--name", "whole", "--quiet").status == 0)
    #expect(try regnas("sample", "checkpoints/whole", "--quiet").status == 0)
    let whole = folder.bytes("checkpoints/whole/family.h5")
    #expect(!whole.isEmpty)

    let kills = try killing(
      ["train", "--config", "run.yaml", "--name", "killed", "--set", "checkpoint.every=0"],
      in: regnas,
      run: "checkpoints/killed",
      firstDelay: 1.5
    )
    #expect(kills >= 2)
    #expect(try regnas("sample", "checkpoints/killed", "--quiet").status == 0)
    #expect(folder.bytes("checkpoints/killed/family.h5") == whole)
    #expect(
      folder.bytes("checkpoints/killed/supernet.h5")
        == folder.bytes("checkpoints/whole/supernet.h5")
    )
    // No step is logged twice.
    #expect(
      folder.text("checkpoints/killed/metrics.jsonl")
        == folder.text("checkpoints/whole/metrics.jsonl")
    )
  }

  private func newestCheckpoint(_ folder: Folder, _ run: String) -> Int {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.file(run))
    return (names ?? []).compactMap { name in
      name.hasPrefix("checkpoint-") && name.hasSuffix(".h5")
        ? Int(name.dropFirst(11).dropLast(3)) : nil
    }.max() ?? 0
  }

  /// Steps of the supernet's training in the newest checkpoint; nil in later phases.
  private func stepsSaved(_ regnas: Regnas, _ run: String) throws -> Int? {
    let json = Data(try regnas("checkpoint", "ls", run, "--json").output.utf8)
    let list = try JSONSerialization.jsonObject(with: json) as? [[String: Any]]
    return list?.max { ($0["name"] as? String ?? "") < ($1["name"] as? String ?? "") }?[
      "supernetStep"
    ] as? Int
  }

  /// Progressive shrinking, killed in every phase: the sort and the teacher happen once. The images
  /// have two sizes, which is a decision too.
  @Test func killedShrinkingEndsWithTheSameBytes() throws {
    let regnas = try prepared()
    let folder = regnas.folder
    try folder.write(
      SmallData.configuration.replacing(
        "supernet: {epochs: 3, batchSize: 64,",
        with:
          "supernet: {epochs: 2, batchSize: 16, schedule: progressive-shrinking, distillation: teacher, "
          + "averageDecay: 0.8, phaseShares: [0.25, 0.25, 0.25, 0.25], warmUpEpochs: 0.1, "
          + "randomSubnets: 1,"
      ) + "\nspace: {resolutions: [20, 28], widthMultiplier: 0.25}\n",
      to: "shrink.yaml"
    )
    let whole = try regnas(
      "supernet",
      "train",
      "--config",
      "shrink.yaml",
      "--name",
      "whole",
      "--quiet"
    )
    try #require(whole.status == 0, "\(whole.errors)")

    // Each process is killed as soon as it has saved itself twice.
    let run = "checkpoints/killed"
    var killedIn: Set<Int> = []
    var process = try regnas.start([
      "supernet", "train", "--config", "shrink.yaml", "--name", "killed", "--set",
      "checkpoint.every=0",
    ])
    var seen = 0
    while process.isRunning {
      while process.isRunning, newestCheckpoint(folder, run) < seen + 2 {
        Thread.sleep(forTimeInterval: 0.02)
      }
      guard process.isRunning else { break }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      seen = newestCheckpoint(folder, run)
      if let steps = try stepsSaved(regnas, run) { killedIn.insert(steps / 20) }
      process = try regnas.start(["resume", run])
    }
    #expect(regnas.finish(process).status == 0, "\(folder.text("stderr"))")
    #expect(killedIn.isSuperset(of: 0..<4), "\(killedIn)")
    for file in ["supernet.h5", "supernet.svg"] {
      #expect(
        folder.bytes("checkpoints/killed/" + file) == folder.bytes("checkpoints/whole/" + file),
        "\(file)"
      )
    }
    let expected = folder.text("checkpoints/whole/metrics.jsonl")
    #expect(folder.text("checkpoints/killed/metrics.jsonl").hasPrefix(expected))
    #expect(expected.contains("\"training_phase\": 4.0"))
    let info = try regnas("supernet", "info", "checkpoints/whole/supernet.h5")
    #expect(info.output.contains("phases: largest, kernel, depth, width"))

    // `supernet train` leaves a run that `resume` goes on with.
    #expect(try regnas("resume", "checkpoints/whole", "--quiet").status == 0)
    #expect(
      folder.text("checkpoints/killed/metrics.jsonl")
        == folder.text("checkpoints/whole/metrics.jsonl")
    )
  }

  @Test func signalsSaveAndTellHowToGoOn() throws {
    let regnas = try prepared()
    let process = try regnas.start([
      "train", "--config", "run.yaml", "--name", "stopped", "--set", "supernet.epochs=500",
    ])
    // Wait for the first step, so that there is something to save.
    for _ in 0..<600 where !regnas.folder.text("stderr").contains("supernet:") {
      Thread.sleep(forTimeInterval: 0.1)
    }
    let busy = Regnas(folder: try Folder())
    let second = try busy("resume", regnas.folder.file("checkpoints/stopped"))
    #expect(second.status == 75)
    #expect(second.errors.contains("process \(process.processIdentifier)"))

    kill(process.processIdentifier, SIGINT)
    let result = regnas.finish(process)
    #expect(result.status == 130)
    #expect(result.errors.contains("regnas resume checkpoints/stopped"))
    #expect(regnas.folder.text("checkpoints/stopped/run.json").contains("interrupted"))

    let unfinished = try regnas("sample", "checkpoints/stopped")
    #expect(unfinished.status == 64)
    #expect(unfinished.errors.contains("regnas resume"))
    let other = try regnas(
      "resume",
      "checkpoints/stopped",
      "--set",
      "supernet.epochs=2",
      "--quiet"
    )
    #expect(other.status == 65)
    #expect(other.errors.contains("supernet.epochs: 500 in the checkpoint, 2 now"))
    let more = try regnas(
      "resume",
      "checkpoints/stopped",
      "--max-time",
      "1",
      "--set",
      "checkpoint.keep=1"
    )
    #expect(more.status == 0)
    #expect(more.errors.contains("going on from"))
  }
}
