import Decisions
import Families
import Foundation
import HDF5
import Networks
import RandomStreams
import Search
import SearchSpaces
import Supernet
import Torch
import Training

/// Trains architectures of a space as networks of their own, by the recipe of a supernet: the same
/// batches in the same order, steps, learning rates and label smoothing, and no distillation.
package struct StandAloneTraining {
  package let subject: EvaluationSubject
  package let recipe: TrainingConfiguration

  package init(_ subject: EvaluationSubject) throws {
    self.subject = subject
    recipe =
      subject.configuration.supernet.training(
        stepsPerEpoch: subject.images.trainingBatchesPerEpoch
      ).standAlone
  }

  /// Initial values and dropout follow from `seed` and from the architecture, so that two networks of
  /// one seed start as far apart as those of two.
  ///
  /// Throws ``Interrupted`` when asked to stop.
  package func train(
    _ architecture: Architecture,
    seed: UInt64,
    interruption: Interruption,
    progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> Supernet {
    let space = try StandAloneSpace(architecture, of: subject.space)
    let random = RandomStream(
      seed: seed,
      name: "stand-alone." + subject.space.code(architecture)
    )
    let network = try Supernet(space: space, device: subject.device, random: random)
    let trainer = try SupernetTrainer(
      network,
      configuration: recipe,
      only: space.architecture,
      seed: random.substream(1).state
    )
    let batches = try subject.images.trainingBatches(from: 0)
    while !trainer.isFinished {
      let (images, labels) = try batches.next()
      _ = try trainer.step(images: images, labels: labels)
      progress(trainer.stepsDone, recipe.steps)
      if interruption.look() { throw Interrupted(signal: interruption.signal, folder: "") }
    }
    return try trainer.result()
  }

  /// What the supernet's own training computes; nil where the configuration does not tell: for a
  /// supernet that was trained elsewhere, or whose recipe names files that are gone.
  package func supernetCost() throws -> TrainingCost? {
    let configuration = subject.configuration
    guard configuration.supernet.file == nil,
      let recipe = try? SupernetRecipe(
        configuration.supernet,
        of: subject.space,
        stepsPerEpoch: subject.images.trainingBatchesPerEpoch
      )
    else { return nil }
    return try TrainingCost(
      SupernetTrainer(
        subject.supernet,
        configuration: recipe.training,
        seed: configuration.seed
      )
    )
  }

  /// Everything that a network trained so follows from, but the computer.
  package func identity(of architecture: Architecture, seed: UInt64) throws
    -> PredictionsFile.Identity
  {
    let configuration = subject.configuration
    return [
      "kind": "alone",
      "network": "\(try StandAloneSpace(architecture, of: subject.space).name)",
      "space": try SpaceDescription(subject.space).configuration,
      "seed": String(seed),
      "images-seed": String(configuration.seed),
      "data-sha256": subject.data.digest,
      "recipe": try recipe.json(),
      "images": "batch \(configuration.supernet.batchSize), padding \(configuration.data.padding), "
        + "flip \(configuration.data.flip)",
      "calibration": "\(configuration.supernet.calibrationImages) images in batches of "
        + "\(configuration.supernet.calibrationBatchSize)",
    ]
  }
}

extension TrainingConfiguration {
  /// The same recipe for one network alone: what is said here carries over, how subnets are chosen
  /// and what they learn from does not. Recipes that differ in those only train the same networks.
  fileprivate var standAlone: TrainingConfiguration {
    var result = TrainingConfiguration()
    result.steps = steps
    result.warmUpSteps = warmUpSteps
    result.learningRate = learningRate
    result.finalLearningRate = finalLearningRate
    result.momentum = momentum
    result.weightDecay = weightDecay
    result.labelSmoothing = labelSmoothing
    result.gradientClipping = gradientClipping
    result.averaging = averaging
    result.precision = precision
    return result
  }

  /// With sorted keys.
  fileprivate func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
