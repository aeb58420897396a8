import Foundation
import RandomStreams
import SearchSpaces
import Supernet
import Torch

@main
struct Main {
  static func main() throws {
    let arguments = CommandLine.arguments
    try TorchRuntime.start(threads: Int(arguments[3])!)
    let space = try SpaceRegistry.makeSpace(name: arguments[1])
    let supernet = try Supernet(space: space, random: RandomStream(seed: 1, name: "s"))
    if arguments.contains("plain") { supernet.formulation = .plain }
    var configuration = TrainingConfiguration()
    configuration.steps = 1000
    let trainer = try SupernetTrainer(supernet, configuration: configuration, seed: 1)
    var random = RandomStream(seed: 1, name: "x")
    var values = [Float](repeating: 0, count: 128 * 784)
    random.fillNormal(&values, standardDeviation: 1)
    let images = try Tensor(channelsLast: values, batch: 128, channels: 1, height: 28, width: 28)
    let labels = try Tensor((0..<128).map { _ in random.uniform(below: 10) }, shape: [128])
    for _ in 0..<3 { _ = try trainer.step(images: images, labels: labels) }
    let start = ContinuousClock.now
    let n = Int(arguments[2])!
    for _ in 0..<n { _ = try trainer.step(images: images, labels: labels) }
    let total = (ContinuousClock.now - start) / n
    print(total)
    if arguments.contains("p") {
      let profile = try OperationProfile.of {
        for _ in 0..<n { _ = try trainer.step(images: images, labels: labels) }
      }
      for e in profile.entries.prefix(45) { print(e.calls / n, e.seconds / Double(n) * 1000, e.name) }
    }
    //inuousClock.now - start) / n)
  }
}
