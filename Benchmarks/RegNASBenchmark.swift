import ArgumentParser
import Foundation
import RandomStreams
import SearchSpaces
import Supernet
import Torch

/// Measures this machine. Every figure is a ratio of two things timed in turn in one run.
@main
struct RegNASBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "regnas-benchmark",
    abstract: "Times a supernet training step against its plain formulation."
  )

  @Option(help: "Search spaces.")
  var space = ["mobilenetv3-small", "proxylessnas-small", "resnet50-small"]
  @Option(help: "Threads of libtorch.")
  var threads = 2
  @Option(help: "Images per step.")
  var batch = 128
  @Option(help: "Rounds; each times both formulations once, and the fastest of each counts.")
  var rounds = 5
  @Flag(help: "Also say where the time of the fast step goes, operation by operation.")
  var profile = false

  mutating func run() throws {
    try TorchRuntime.start(threads: threads)
    for name in space {
      let fast = try TrainingStep(space: name, batch: batch, formulation: .fast)
      let plain = try TrainingStep(space: name, batch: batch, formulation: .plain)
      var best = (fast: Duration.seconds(1e6), plain: Duration.seconds(1e6))
      for round in 0...rounds {
        let times = try (fast: fast.time(), plain: plain.time())
        guard round > 0 else { continue }
        best = (min(best.fast, times.fast), min(best.plain, times.plain))
      }
      print("\(name): plain \(best.plain), fast \(best.fast), ratio \(best.plain / best.fast)")
      guard profile else { continue }
      let entries = try OperationProfile.of { _ = try fast.time() }.entries
      for entry in entries.prefix(20) {
        print("  \(entry.seconds * 1000) ms in \(entry.calls) calls: \(entry.name)")
      }
    }
  }
}

/// A trainer that takes the same first steps whatever the formulation.
private struct TrainingStep {
  let trainer: SupernetTrainer
  let images: Tensor
  let labels: Tensor

  init(space name: String, batch: Int, formulation: Formulation) throws {
    let space = try SpaceRegistry.makeSpace(name: name)
    let supernet = try Supernet(space: space, random: RandomStream(seed: 1, name: "benchmark"))
    supernet.formulation = formulation
    trainer = try SupernetTrainer(supernet, configuration: TrainingConfiguration(), seed: 1)
    let network = try space.network(space.largest)
    let (size, channels) = (network.resolution, network.inputChannels)
    var random = RandomStream(seed: 1, name: "benchmark images")
    var values = [Float](repeating: 0, count: batch * channels * size * size)
    random.fillNormal(&values, standardDeviation: 1)
    images = try Tensor(
      channelsLast: values,
      batch: batch,
      channels: channels,
      height: size,
      width: size
    )
    labels = try Tensor((0..<batch).map { _ in random.uniform(below: 10) }, shape: [batch])
  }

  func time() throws -> Duration {
    try ContinuousClock().measure { _ = try trainer.step(images: images, labels: labels) }
  }
}
