import ForeignWeights
import Foundation
import Testing

/// One policy that goes from member to member, and what a controller logs.
@Suite(.serialized, .enabled(if: SmallData.isThere, "needs the package dataset-fashion-mnist"))
struct SharingTests {
  @Test func aSharedPolicyGoesOnFromMemberToMemberAndResumesExactly() throws {
    let regnas = Regnas(folder: try Folder())
    let folder = regnas.folder
    try SmallData.make(in: regnas)
    try folder.write(SmallData.configuration, to: "run.yaml")
    let first = try regnas(
      "train",
      "--config",
      "run.yaml",
      "--name",
      "first",
      "--set",
      "supernet.epochs=1"
    )
    try #require(first.status == 0, "\(first.errors)")
    try everyMetricIsLogged(folder.text("checkpoints/first/metrics.jsonl"))

    let shared = [
      "--config", "run.yaml", "--quiet", "--set", "controller.sharing=conditioned", "--set",
      "supernet.file=checkpoints/first/supernet.h5",
    ]
    let whole = regnas.finish(try regnas.start(["train", "--name", "whole"] + shared))
    try #require(whole.status == 0, "\(whole.errors)")
    for (run, steps) in [("first", "3 3"), ("whole", "3 6")] {
      let counted = try optimizerSteps(folder, run)
      #expect(counted == nil || counted == steps, "\(run)")
    }

    // Stopped every now and then. Later each time: on a busy machine nothing is done in the first.
    var stops = 0
    var seconds = 0.2
    var process = try regnas.start(
      ["train", "--name", "stopped", "--max-time", "0.2"] + shared
    )
    while regnas.finish(process).status == 0, stops < 20,
      !folder.text("checkpoints/stopped/run.json").contains("finished")
    {
      stops += 1
      seconds *= 1.4
      process = try regnas.start(
        ["resume", "checkpoints/stopped", "--quiet", "--max-time", "\(seconds)"])
    }
    #expect(stops >= 1)
    for run in ["whole", "stopped"] {
      let sample = try regnas("sample", "checkpoints/\(run)", "--quiet")
      #expect(sample.status == 0, "\(sample.errors)")
    }
    let family = folder.bytes("checkpoints/whole/family.h5")
    #expect(!family.isEmpty && folder.bytes("checkpoints/stopped/family.h5") == family)
    #expect(
      folder.text("checkpoints/stopped/metrics.jsonl")
        == folder.text("checkpoints/whole/metrics.jsonl")
    )
  }

  /// Every update of every controller logs what explains it.
  private func everyMetricIsLogged(_ metrics: String) throws {
    let lines = try metrics.split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }.filter { ($0["phase"] as? String)?.hasPrefix("controller-") == true }
    #expect(lines.count == 6)
    for line in lines {
      for name in [
        "reward/mean", "reward/best", "reward/baseline", "advantage/deviation", "policy/entropy",
        "policy/gradient_norm", "policy/repeated_fraction", "policy/probability_of_best",
      ] { #expect(line[name] is Double, "\(name)") }
      #expect(line.keys.contains { $0.hasPrefix("policy/entropy/stage") })
    }
  }

  /// The optimiser's steps of each member's controller, from the newest checkpoint; nil
  /// without h5py.
  private func optimizerSteps(_ folder: Folder, _ run: String) throws -> String? {
    let script = """
      import glob, sys
      try:
        import h5py
      except ImportError:
        sys.exit(77)
      with h5py.File(sorted(glob.glob("checkpoints/\(run)/checkpoint-*.h5"))[-1]) as f:
        controllers = f["tensors/members/controllers"]
        print(*(int(controllers[k]["adam/steps"][()].ravel()[0]) for k in sorted(controllers)))
      """
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardOutput = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus != 77 else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.map(String.init)
  }
}
