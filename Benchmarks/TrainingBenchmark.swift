import ArgumentParser
import Foundation
import RandomStreams
import SearchSpaces
import Supernet
import Torch
import Training

/// A supernet training step against its plain formulation: contiguous images, one operation of
/// libtorch per layer, libtorch's default allocator, in a process of its own.
struct TrainingBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract: "Times a supernet training step against its plain formulation."
  )

  @Option(help: "Search spaces.")
  var space = ["mobilenetv3-small", "proxylessnas-small", "resnet50-small"]
  @Option(help: "Threads of libtorch.")
  var threads = 2
  @Option(help: "Images per step.")
  var batch = 64
  @Option(help: "Rounds; each times every formulation once, and the fastest of each counts.")
  var rounds = 5
  @Flag(help: "Also say where the time of the fast step goes, operation by operation.")
  var profile = false
  @Option(help: "Products of dense convolutions in the fast step: float32 or bfloat16.")
  var precision = ComputePrecision.float32
  @Flag(help: "Train the largest network alone, instead of a step of the supernet.")
  var alone = false
  @Flag(help: "Print loss and gradient norm of each step instead of times: to compare devices.")
  var losses = false
  @OptionGroup var computer: DeviceOptions
  @Option(help: .hidden)
  var formulation: Formulation?
  @Option(help: .hidden)
  var steps = 8

  mutating func run() throws {
    if losses {
      let device = try computer.start(threads: threads)
      for name in space {
        let step = try TrainingStep(
          SpaceRegistry.makeSpace(name: name),
          batch: batch,
          formulation: formulation ?? .fast,
          precision: precision,
          alone: alone,
          device: device
        )
        for _ in 0..<steps {
          let metrics = try step.trainer.step(step.batch).metrics()
          print(name, metrics.largestLoss ?? .nan, metrics.randomLoss ?? 0, metrics.gradientNorm)
        }
      }
      return
    }
    if let formulation {
      let step = try TrainingStep(
        SpaceRegistry.makeSpace(name: space[0]),
        batch: batch,
        formulation: formulation,
        precision: precision,
        alone: alone,
        device: computer.start(threads: threads)
      )
      _ = try fastest(of: 2) { try step.run() }
      print(try fastest(of: steps) { try step.run() }, peakMemory())
      return
    }
    print(
      "| space | plain, glibc's allocator | plain, jemalloc | fast | ratio | images/s | peak MiB |"
    )
    print("|---|---|---|---|---|---|---|")
    for name in space {
      var best = [Double](repeating: .infinity, count: 3)
      var peak = 0.0
      for _ in 0..<rounds {
        for (index, way) in [Formulation.plain, .plain, .fast].enumerated() {
          let words = try child(
            [
              "training", "--space", name, "--threads", "\(threads)", "--batch", "\(batch)",
              "--precision", precision.rawValue, "--formulation", way.rawValue,
            ] + (alone ? ["--alone"] : []) + computer.arguments,
            defaultAllocator: index == 0
          ).split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
          best[index] = min(best[index], words.first ?? .infinity)
          peak = words.last ?? 0
        }
      }
      print(
        "| \(name) | \(short(best[0] * 1e3)) ms | \(short(best[1] * 1e3)) ms | \(short(best[2] * 1e3)) ms "
          + "| \(short(best[0] / best[2])) | \(Int(Double(batch) / best[2])) | \(Int(peak)) |"
      )
    }
    guard profile else { return }
    let device = try computer.start(threads: threads)
    for name in space {
      let step = try TrainingStep(
        SpaceRegistry.makeSpace(name: name),
        batch: batch,
        formulation: .fast,
        precision: precision,
        alone: alone,
        device: device
      )
      _ = try fastest(of: 2) { try step.run() }
      print(name)
      let entries = try OperationProfile.of { try step.run() }.entries
      for entry in entries.prefix(20) {
        print("  \(short(entry.seconds * 1000)) ms in \(entry.calls) calls: \(entry.name)")
      }
    }
  }
}

extension Formulation: ExpressibleByArgument {}
extension ComputePrecision: ExpressibleByArgument {}

/// A trainer that takes the same first steps whatever the formulation.
struct TrainingStep {
  let trainer: NetworkTrainer
  let batch: TrainingBatch

  init(
    _ space: any SearchSpace,
    batch: Int,
    formulation: Formulation,
    precision: ComputePrecision = .float32,
    alone: Bool = false,
    device: Device = .cpu
  ) throws {
    let supernet = try Supernet(
      space: space,
      device: device,
      random: RandomStream(seed: 1, name: "benchmark")
    )
    supernet.formulation = formulation
    // A step as docs/speed.md has it: two random subnets, one update.
    var configuration = TrainingConfiguration()
    configuration.randomSubnets = 2
    configuration.updates = .batch
    configuration.distillationWeight = 1
    configuration.precision = precision
    trainer =
      alone
      ? try NetworkTrainer(
        supernet,
        only: space.largest,
        configuration: configuration,
        stepsPerEpoch: 1000,
        seed: 1
      )
      : try NetworkTrainer(supernet, configuration: configuration, stepsPerEpoch: 1000, seed: 1)
    let network = try space.network(space.largest)
    var random = RandomStream(seed: 1, name: "benchmark labels")
    self.batch = try TrainingBatch(
      images: noise(
        batch,
        channels: network.inputChannels,
        size: network.resolution,
        device: device
      ),
      labels: Tensor(
        (0..<batch).map { _ in random.uniform(below: 10) },
        shape: [batch],
        device: device
      ),
      indices: Array(0..<batch)
    )
  }

  func run() throws {
    _ = try trainer.step(batch)
    try TorchRuntime.synchronize(trainer.supernet.device)
  }
}
