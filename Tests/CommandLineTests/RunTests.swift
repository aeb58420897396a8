import Foundation
import TestSupport
import Testing

/// The main job at its smallest: import, train, sample, interrupt. Serialised, since each test runs
/// several programs that compute.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct RunTests {
  /// The family of a run that is never interrupted, and what h5py reads of its files.
  @Test func aRunGivesAFamilyThatOthersCanRead() throws {
    let regnas = try Regnas(configuration: SmallData.quickConfiguration)
    let folder = regnas.folder
    let train = try regnas.succeed("train --config run.yaml --name whole")
    #expect(train.output.isEmpty)
    let sample = try regnas.succeed("sample checkpoints/whole")
    #expect(sample.output.contains("NFR % against member 1"))
    for file in [
      "config.yaml", "run.json", "log.txt", "metrics.jsonl", "supernet.h5", "family.h5",
    ] { #expect(folder.exists("checkpoints/whole/" + file), "\(file)") }
    for line in folder.text("checkpoints/whole/metrics.jsonl").split(separator: "\n") {
      #expect(throws: Never.self) { try object(String(line)) }
    }
    for file in ["data.h5", "checkpoints/whole/supernet.h5", "checkpoints/whole/family.h5"] {
      try regnas.succeed("inspect \(file)")
    }
    let report = try object(regnas.succeed("inspect checkpoints/whole/family.h5 --json").output)
    let members = try #require(report["members"] as? [[String: Any]])
    #expect(members.count == 2)
    #expect(members.allSatisfy { $0["containsSmaller"] as? Bool == true })
    #expect(
      members.allSatisfy { ($0["macs"] as? Int ?? .max) <= ($0["budget"] as? Int ?? 0) }
    )
    if H5py.isInstalled { try readWithH5py(folder) }

    // The stored configuration gives the same family again, to the byte.
    try regnas.succeed("train --config checkpoints/whole/config.yaml --name again --quiet")
    try regnas.succeed("sample checkpoints/again --quiet")
    #expect(
      folder.bytes("checkpoints/whole/family.h5") == folder.bytes("checkpoints/again/family.h5")
    )
  }

  /// Sampling refuses to overwrite; another seed and a family as reference are allowed.
  @Test func aFinishedRunIsSampledAgainAndReferredTo() throws {
    let regnas = try Regnas.afterQuickRun()
    try regnas.refuse("sample checkpoints/whole", 64, "family.h5", "there already")
    // Nothing of the run itself or of what it reads is replaced, whatever is allowed.
    let before = regnas.folder.bytes("checkpoints/whole/supernet.h5")
    for file in ["data.h5", "run.yaml", "checkpoints/whole/supernet.h5"] {
      let command: Command = "sample checkpoints/whole --overwrite --out \(file)"
      try regnas.refuse(command, 64, "a file of another kind")
    }
    #expect(regnas.folder.bytes("checkpoints/whole/supernet.h5") == before)
    let other = try regnas.succeed("sample checkpoints/whole --seed 9 --out other.h5 --json")
    #expect(try object(other.output)["schema"] as? String == "regnas.family-report/1")
    try regnas.succeed(
      """
      train --config run.yaml --name referenced
      --set search.reference=checkpoints/whole/family.h5
      --set supernet.file=checkpoints/whole/supernet.h5
      """
    )
    let table = try regnas.succeed("sample checkpoints/referenced").output
    #expect(table.contains("NFR % against reference"))
  }

  /// Every small space runs, and so does one where the resolution is a decision.
  @Test(
    arguments: [
      "--set space.name=proxylessnas-small", "--set space.name=resnet50-small",
      "--set 'space.resolutions=[20, 28]' --set controller.strategy=evolution",
    ] as [Command]
  ) func otherSpaces(_ settings: Command) throws {
    let regnas = try Regnas(configuration: SmallData.quickConfiguration)
    try regnas.succeed("train --config run.yaml --name x \(settings)")
    #expect(try regnas.succeed("sample checkpoints/x").output.contains(" yes "))
  }

  private func readWithH5py(_ folder: TemporaryFolder) throws {
    try H5py.run(
      """
      import h5py, json, numpy
      with h5py.File("data.h5") as f:
        assert f["images"].shape == (1140, 28, 28, 1) and f["images"].dtype == numpy.uint8
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
      """,
      in: folder
    )
  }

  @Test func signalsSaveAndTellHowToGoOn() throws {
    let regnas = try Regnas(configuration: SmallData.configuration)
    let process = try regnas.start(
      "train --config run.yaml --name stopped --set supernet.epochs=500"
    )
    // With the first step there is something to save.
    process.wait(toPrint: "supernet:")
    try regnas.refuse("resume checkpoints/stopped", 75, "process \(process.identifier)")

    process.send(SIGINT)
    let result = process.finish()
    #expect(result.status == 130)
    #expect(result.errors.contains("regnas resume checkpoints/stopped"))
    #expect(regnas.folder.text("checkpoints/stopped/run.json").contains("interrupted"))

    try regnas.refuse("sample checkpoints/stopped", 64, "regnas resume")
    try regnas.refuse(
      "resume checkpoints/stopped --set supernet.epochs=2 --quiet",
      65,
      "supernet.epochs: 500 in the checkpoint, 2 now"
    )
    // Time enough to begin on a busy machine.
    let more = try regnas("resume checkpoints/stopped --max-time 8 --set checkpoint.keep=1")
    #expect(more.status == 124)
    #expect(more.errors.contains("going on from"))
  }
}
