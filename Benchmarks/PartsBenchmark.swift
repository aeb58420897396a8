import ArgumentParser
import Configuration
import Controller
import Decisions
import Foundation
import HDF5
import ImageData
import RandomStreams
import Runs
import Search
import SearchSpaces
import Torch
import Training

/// What surrounds training and evaluation: none of it may be what a search waits for.
struct PartsBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parts",
    abstract: "The loader, the controller and checkpoints, on a finished run and its data."
  )

  @Option(
    name: .customLong("run"),
    help: "The folder of a finished run, such as Scripts/quickstart leaves."
  )
  var folder = "checkpoints/fashion-mnist"
  @Option(help: "Threads of libtorch.")
  var threads = 2

  func run() throws {
    try TorchRuntime.start(threads: threads)
    let yaml = try String(contentsOfFile: folder + "/config.yaml", encoding: .utf8)
    let sources = try ConfigurationSources(stored: yaml, name: folder)
    let configuration = sources.configuration
    let space = try SpaceRegistry.makeSpace(name: configuration.space.name)
    try loader(configuration, space)
    try controller(space)
    try checkpoints()
  }

  private func loader(_ configuration: RunConfiguration, _ space: any ConfiguredSpace) throws {
    let data = try ImageDataset.open(configuration.data.file)
    let batch = configuration.supernet.training.batchSize
    let step = try TrainingStep(space, batch: batch, formulation: .fast)
    let trained = try Double(batch) / fastest(of: 7) { try step.run() }
    for padding in [0, 2] {
      let loader = try TrainingLoader(
        data,
        batchSize: batch,
        augmentation: Augmentation(cropPadding: padding, horizontalFlip: true),
        stream: RandomStream(seed: 1, name: "benchmark")
      )
      let batches = 400
      let loaded =
        Double(batches * batch)
        / fastest(of: 3) { for _ in 0..<batches { _ = loader.next() } }
      print(
        "loader, crop padding \(padding), flips: \(Int(loaded)) images/s on one thread; "
          + "training takes \(Int(trained)): ratio \(short(loaded / trained))"
      )
    }
  }

  private func controller(_ space: any ConfiguredSpace) throws {
    let costs = try space.costTable(.macs)
    let limit = [space.smallest, space.largest].reduce(0) {
      $0 + costs.cost(of: $1, in: space.decisions) / 2
    }
    let set = try FeasibleSet(space.decisions, budgets: [.init(costs, limit: limit)])
    let strategy = try Reinforce(set, stream: RandomStream(seed: 1, name: "benchmark"))
    let seconds = try fastest(of: 5) { _ = try strategy.ask(1000) }
    print("controller: \(Int(1000 / seconds)) feasible architectures sampled a second")
    var random = RandomStream(seed: 2, name: "benchmark rewards")
    let update = try fastest(of: 10) {
      let proposals = try strategy.ask(10)
      _ = try strategy.tell(proposals.map { Outcome($0, reward: random.uniform()) })
    }
    print("controller: \(short(update * 1e3)) ms for a rollout of 10 and the policy's update")
  }

  private func checkpoints() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    guard let name = files.filter({ $0.hasPrefix("checkpoint-") }).max() else { return }
    let path = folder + "/" + name
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    let checkpoint = try Checkpoint(path: path)
    let load = try fastest(of: 5) { _ = try Checkpoint(path: path) }
    let copy = NSTemporaryDirectory() + "regnas-benchmark-\(getpid()).h5"
    defer { try? FileManager.default.removeItem(atPath: copy) }
    var snapshot: CheckpointSnapshot?
    let taken = try fastest(of: 5) { snapshot = try checkpoint.snapshot() }
    let save = try fastest(of: 5) { try snapshot?.write(to: copy) }
    print(
      "checkpoint of \(short(Double(size) / 1e6)) MB: the run waits \(short(taken * 1e3)) ms for a snapshot, "
        + "written, verified and synchronised in \(short(save * 1e3)) ms beside it; loaded and verified in "
        + "\(short(load * 1e3)) ms"
    )
  }
}
