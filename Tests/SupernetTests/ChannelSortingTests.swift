import RandomStreams
import SearchSpaces
import SupernetFixtures
import Testing
import Torch
import Training

@testable import Supernet

@Suite("Channel sorting") struct ChannelSortingTests {
  /// The largest network computes the same, and what is stored has changed.
  @Test(arguments: Fixture.spaceNames)
  func theLargestNetworkComputesTheSame(_ name: String) throws {
    let supernet = try Fixture.supernet(name)
    let images = try Fixture.batch(8)
    func logits() throws -> [Float] {
      try supernet.calibrate(supernet.space.largest, batches: [Fixture.batch(16, seed: 2)])
        .logits(images).array()
    }
    let (bytes, before) = (try supernet.allBytes(), try logits())
    try supernet.sortChannels()
    #expect(try supernet.allBytes() != bytes)
    // Sums in another order: float32 rounding, which the calibration of a small batch amplifies. The
    // bound is that of the oracles.
    let scale = before.map(abs).max() ?? 0
    for (first, second) in zip(before, try logits()) { #expect(abs(first - second) < 1e-3 * scale) }

    // The most important channels lead now, and sorting again changes nothing.
    for convolution in try supernet.space.network(supernet.space.largest).convolutions
    where ["point_linear", "conv3", "conv2"].contains(where: convolution.weight.key.contains) {
      guard convolution.weight.key.hasPrefix("blocks"), convolution.weight.key.contains("conv.conv")
      else { continue }
      let importance: [Float] = try supernet.tensor(convolution.weight.key).magnitude()
        .sum([0, 2, 3]).array()
      for (first, second) in zip(importance, importance.dropFirst()) {
        #expect(first >= second * (1 - 1e-5), "\(convolution.weight.key)")
      }
    }
    let sorted = try supernet.allBytes()
    try supernet.sortChannels()
    #expect(try supernet.allBytes() == sorted)
  }

  /// A network trained at its largest alone has useful channels anywhere; after sorting, narrow ones
  /// start nearer to it.
  @Test(arguments: Fixture.spaceNames)
  func narrowNetworksStartNearer(_ name: String) throws {
    var (before, after): ([Double], [Double]) = ([], [])
    for seed in UInt64(1)...2 {
      var configuration = TrainingConfiguration()
      configuration.epochs = 24
      configuration.warmUpEpochs = 2
      configuration.learningRate = 0.05
      configuration.gradientClip = 5
      configuration.schedule = .largestFirst
      configuration.phases = ["largest"]
      let supernet = try Supernet(
        space: Fixture.space(name),
        random: RandomStream(seed: seed, name: "weights")
      )
      let trainer = try NetworkTrainer(
        supernet,
        configuration: configuration,
        stepsPerEpoch: 1,
        seed: seed
      )
      while !trainer.isFinished {
        let batch = try Fixture.trainingQuadrants(32, seed: UInt64(trainer.stepsDone))
        _ = try trainer.step(batch)
      }
      // Against the largest's predictions, in which all networks of the space should agree.
      let batch = try Fixture.quadrants(64, seed: 1000).0
      let calibration = [try Fixture.quadrants(64, seed: 2000).0]
      let largest = try supernet.calibrate(supernet.space.largest, batches: calibration)
        .logits(batch).softmax(1)
      func distance() throws -> Double {
        var narrow = RandomStream(seed: 7, name: "narrow")
        var architectures = [supernet.space.architecture(varying: .width) { _ in 0 }]
        for _ in 0..<3 {
          architectures.append(
            supernet.space.architecture(varying: .width) { narrow.uniform(below: $0) }
          )
        }
        let distances = try architectures.map {
          try supernet.calibrate($0, batches: calibration).logits(batch)
            .crossEntropy(probabilities: largest).scalar()
        }
        return distances.reduce(0, +) / Double(distances.count)
      }
      before.append(try distance())
      try supernet.sortChannels()
      after.append(try distance())
    }
    // Widths of ResNet50's stages are not sorted, so it gains little, and after so few steps it may
    // lose as much by chance.
    let allowance = name.hasPrefix("resnet50") ? 1.1 : 1
    #expect(
      after.reduce(0, +) < allowance * before.reduce(0, +),
      "\(before) before, \(after) after"
    )
  }
}
