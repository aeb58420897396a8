import RandomStreams
import SearchSpaces
import Supernet
import Testing
import Torch
import Training

/// A loss of one's own: images that a reference gets right count twice, found by their indices.
private struct CarefulLoss: Objective {
  let isRight: [Bool]

  func loss(_ logits: Tensor, on part: BatchPart) throws -> Tensor {
    let weights = try Tensor(
      part.indices.map { isRight[$0] ? 2 : 1 as Float },
      shape: [part.count]
    )
    let picked = try logits.logSoftmax(1).gathered(1, part.labels.reshaped([-1, 1]))
    return try -(picked.reshaped([-1]) * weights).mean()
  }
}

/// Training by a method that the library does not have, with its public names alone.
@Suite struct OwnMethodExample {
  @Test func aSupernetLearnsByALossOfOnesOwn() throws {
    let space = try SpaceRegistry.makeSpace(
      name: "resnet50-small",
      images: ImageTask(channels: 1, classes: 2, resolutions: [16])
    )
    let supernet = try Supernet(space: space, random: RandomStream(seed: 1, name: "supernet"))
    var configuration = TrainingConfiguration()
    configuration.epochs = 1
    configuration.learningRate = 0.002
    let trainer = try NetworkTrainer(
      supernet,
      configuration: configuration,
      phases: [TrainingPhase("all", steps: 12)],
      sampling: SandwichSampling(
        space,
        randomSubnets: 1,
        random: RandomStream(seed: 1, name: "subnets")
      ),
      objective: CarefulLoss(isRight: (0..<16).map { $0 % 2 == 0 }),
      seed: 1
    )
    // Bright images are of class 1.
    let labels = (0..<16).map { $0 % 2 }
    let images = try Tensor(
      labels.flatMap { [Float](repeating: $0 == 1 ? 1 : -1, count: 256) },
      shape: [16, 1, 16, 16]
    )
    let batch = try TrainingBatch(
      images: images,
      labels: Tensor(labels, shape: [16]),
      indices: Array(0..<16)
    )
    var losses: [Double] = []
    while !trainer.isFinished {
      losses.append(try #require(try trainer.step(batch).metrics().largestLoss))
    }
    #expect(losses.count == 12)
    // Single steps go up and down, on each kind of processor otherwise.
    #expect(losses.suffix(4).reduce(0, +) / 4 < losses[0])
    let subnet = try trainer.result().calibrate(space.smallest, batches: [images])
    #expect(try subnet.classify([images]).classes.count == 16)
  }
}
