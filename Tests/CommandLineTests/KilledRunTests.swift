import Foundation
import TestSupport
import Testing

/// Runs that are killed at any moment, again and again, and resumed, end with the bytes of one that
/// nothing happened to.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct KilledRunTests {
  /// A run that saves after every step.
  @Test func killedRunsEndWithTheSameBytes() throws {
    let regnas = try Regnas(
      configuration: SmallData.quickConfiguration.replacing("epochs: 1", with: "epochs: 4")
        .replacing("rollout: 2", with: "rollout: 8")
    )
    let folder = regnas.folder
    try regnas.succeed("train --config run.yaml --name whole --quiet")
    try regnas.succeed("sample checkpoints/whole --quiet")

    var (kills, delay) = (0, 1.5)
    var process = try regnas.start("train --config run.yaml --name killed")
    // Killed before that, there is no run to resume.
    process.wait(seconds: 60) {
      FileManager.default.fileExists(atPath: folder.file("checkpoints/killed/config.yaml"))
    }
    while true {
      process.wait(seconds: delay) { false }
      guard process.isRunning else { break }
      process.send(SIGKILL)
      process.finish()
      kills += 1
      delay *= 1.35
      process = try regnas.start("resume checkpoints/killed")
    }
    let last = process.finish()
    #expect(last.status == 0, "\(last.errors)")
    #expect(kills >= 2)
    try regnas.succeed("sample checkpoints/killed --quiet")
    // In the metrics no step is logged twice.
    for file in ["supernet.h5", "metrics.jsonl", "family.h5"] {
      let bytes = folder.bytes("checkpoints/killed/\(file)")
      #expect(!bytes.isEmpty && bytes == folder.bytes("checkpoints/whole/\(file)"), "\(file)")
    }
  }

  private func newestCheckpoint(_ folder: TemporaryFolder, _ run: String) -> Int {
    folder.names(run).compactMap { name in
      name.hasPrefix("checkpoint-") && name.hasSuffix(".h5")
        ? Int(name.dropFirst(11).dropLast(3)) : nil
    }.max() ?? 0
  }

  /// Steps of the supernet's training in the newest checkpoint; nil in later phases.
  private func stepsSaved(_ regnas: Regnas, _ run: String) throws -> Int? {
    let json = Data(try regnas.succeed("checkpoint ls \(run) --json").output.utf8)
    let list = try JSONSerialization.jsonObject(with: json) as? [[String: Any]]
    return list?.max { ($0["name"] as? String ?? "") < ($1["name"] as? String ?? "") }?[
      "supernetStep"
    ] as? Int
  }

  /// Progressive shrinking, killed in every phase: the sort and the teacher happen once. The images
  /// have two sizes, which is a decision too.
  @Test func killedShrinkingEndsWithTheSameBytes() throws {
    let regnas = try Regnas(
      configuration: SmallData.configuration.replacing(
        "supernet: {epochs: 3, batchSize: 64,",
        with: """
          space: {resolutions: [20, 28], widthMultiplier: 0.25}
          supernet:
            {epochs: 2, batchSize: 16, schedule: progressive-shrinking, distillation: teacher,
            averageDecay: 0.8, phaseShares: [0.25, 0.25, 0.25, 0.25], warmUpEpochs: 0.1,
            randomSubnets: 1,
          """
      )
    )
    let folder = regnas.folder
    try regnas.succeed("supernet train --config run.yaml --name whole --quiet")

    // Each process is killed as soon as it has saved itself twice; the first after one save, since
    // steps of the largest network alone are short.
    let run = "checkpoints/killed"
    var killedIn: Set<Int> = []
    var seen = 0
    var process = try regnas.start(
      "supernet train --config run.yaml --name killed --set checkpoint.every=0"
    )
    while true {
      process.wait(seconds: 600) { newestCheckpoint(folder, run) >= seen + (seen == 0 ? 1 : 2) }
      guard process.isRunning else { break }
      process.send(SIGKILL)
      process.finish()
      seen = newestCheckpoint(folder, run)
      if let steps = try stepsSaved(regnas, run) { killedIn.insert(steps / 20) }
      process = try regnas.start("resume \(run)")
    }
    let last = process.finish()
    #expect(last.status == 0, "\(last.errors)")
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
    let info = try regnas.succeed("supernet info checkpoints/whole/supernet.h5")
    #expect(info.output.contains("phases: largest, kernel, depth, width"))

    // `supernet train` leaves a run that `resume` goes on with.
    try regnas.succeed("resume checkpoints/whole --quiet")
    #expect(
      folder.text("checkpoints/killed/metrics.jsonl")
        == folder.text("checkpoints/whole/metrics.jsonl")
    )
  }
}
