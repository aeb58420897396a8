import ArgumentParser
import RandomStreams
import SearchSpaces
import Supernet
import Torch

/// How the time of an evaluation grows: one thing is varied at a time, the rest is a rollout of 10
/// random architectures, 1000 images of 28 x 28 for calibration and 2000 to predict.
struct ScalingBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling",
    abstract: "Evaluation against rollout size, number of images, resolution and threads."
  )

  @Option(help: "Search space.")
  var space = "mobilenetv3-small"
  @Option(help: "Threads to try.")
  var threads = [1, 2]
  @Option(help: .hidden)
  var rollout: Int?
  @Option(help: .hidden)
  var images = 2000
  @Option(help: .hidden)
  var resolution = 28

  func run() throws {
    if let rollout {
      print(try time(rollout: rollout))
      return
    }
    print("Milliseconds per architecture, and the ratio of the first to the last of them.\n")
    print(
      "| rollout | images | resolution | "
        + threads.map { "\($0) threads" }.joined(separator: " | ") + " | ratio |"
    )
    print("|" + String(repeating: "---|", count: 4 + threads.count))
    for (rollout, images, resolution) in [
      (1, 2000, 28), (10, 2000, 28), (40, 2000, 28), (10, 500, 28), (10, 8000, 28), (10, 2000, 56),
    ] {
      let times = try threads.map { threads in
        Double(
          try child([
            "scaling", "--space", space, "--threads", "\(threads)", "--rollout", "\(rollout)",
            "--images", "\(images)", "--resolution", "\(resolution)",
          ]).split(separator: "\n").first ?? ""
        ) ?? .nan
      }
      print(
        "| \(rollout) | \(images) | \(resolution) | "
          + times.map { short($0 * 1e3) }.joined(separator: " | ")
          + " | \(short((times.first ?? 0) / (times.last ?? 1))) |"
      )
    }
  }

  /// Seconds for an architecture.
  private func time(rollout: Int) throws -> Double {
    try TorchRuntime.start(threads: threads[0])
    let space = try SpaceRegistry.makeSpace(
      name: self.space,
      images: ImageTask(channels: 1, classes: 10, resolutions: [resolution])
    )
    let supernet = try Supernet(space: space, random: RandomStream(seed: 1, name: "benchmark"))
    var random = RandomStream(seed: 2, name: "benchmark rollout")
    let architectures = (0..<rollout).map { _ in space.uniformArchitecture(using: &random) }
      .sorted { $0.choices.lexicographicallyPrecedes($1.choices) }
    let calibration = try (0..<4).map {
      try noise(250, channels: 1, size: resolution, seed: UInt64($0))
    }
    let batches = try (0..<(images / 250)).map {
      try noise(250, channels: 1, size: resolution, seed: UInt64(10 + $0))
    }
    let set = ImageSet(
      digest: "noise",
      labels: [Int32](repeating: 0, count: images),
      indices: Array(0..<images),
      batchCount: batches.count
    ) { batches[$0] }
    return try fastest(of: 3) {
      let evaluator = RolloutEvaluator(supernet, calibration: calibration, memoryLimit: 512 << 20)
      try evaluator.expect(architectures)
      for architecture in architectures { _ = try evaluator.classes(of: architecture, on: set) }
    } / Double(rollout)
  }
}
