import Foundation
import TestSupport
import Testing

/// One policy that goes from member to member, and what a controller logs.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct SharingTests {
  @Test func aSharedPolicyGoesOnFromMemberToMemberAndResumesExactly() throws {
    let regnas = try Regnas(configuration: SmallData.configuration)
    let folder = regnas.folder
    try regnas.succeed("train --config run.yaml --name first --set supernet.epochs=1")
    try everyMetricIsLogged(folder.text("checkpoints/first/metrics.jsonl"))

    let shared: Command = """
      train --config run.yaml --quiet --set controller.sharing=conditioned
      --set supernet.file=checkpoints/first/supernet.h5
      """
    try regnas.succeed("\(shared) --name whole")
    for (run, steps) in [("first", "3 3"), ("whole", "3 6")] {
      if H5py.isInstalled { #expect(try optimizerSteps(folder, run) == steps, "\(run)") }
    }

    // Stopped every now and then. Later each time: on a busy machine nothing is done in the first.
    var stops = 0
    var seconds = 0.2
    var process = try regnas.start("\(shared) --name stopped --max-time \(seconds)")
    while process.finish().status == 124, stops < 20,
      !folder.text("checkpoints/stopped/run.json").contains("finished")
    {
      stops += 1
      seconds *= 1.4
      process = try regnas.start("resume checkpoints/stopped --quiet --max-time \(seconds)")
    }
    #expect(stops >= 1)
    for run in ["whole", "stopped"] { try regnas.succeed("sample checkpoints/\(run) --quiet") }
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

  /// The optimiser's steps of each member's controller, from the newest checkpoint.
  private func optimizerSteps(_ folder: TemporaryFolder, _ run: String) throws -> String {
    try H5py.run(
      """
      import glob, h5py, sys
      with h5py.File(sorted(glob.glob(f"checkpoints/{sys.argv[1]}/checkpoint-*.h5"))[-1]) as f:
        controllers = f["tensors/members/controllers"]
        steps = [int(controllers[k]["adam/steps"][()].ravel()[0]) for k in sorted(controllers)]
        print(*steps, end="")
      """,
      run,
      in: folder
    )
  }
}
