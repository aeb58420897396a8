import Decisions
import Families
import Foundation
import HDF5
import Networks
import RandomStreams
import Runs
import Search
import SearchSpaces
import Supernet
import Torch
import Training

/// Trains architectures of a space as networks of their own, by the recipe of a supernet: the same
/// batches in the same order, steps, learning rates and label smoothing, and no distillation.
package struct StandAloneTraining {
  package let subject: EvaluationSubject
  private var recipe: TrainingConfiguration { subject.configuration.supernet.training }
  private var stepsPerEpoch: Int { subject.images.trainingBatchesPerEpoch }

  package init(_ subject: EvaluationSubject) { self.subject = subject }

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
    let trainer = try NetworkTrainer(
      network,
      only: space.architecture,
      configuration: recipe,
      stepsPerEpoch: stepsPerEpoch,
      seed: random.substream(1).state
    )
    let batches = try subject.images.trainingBatches(from: 0)
    while !trainer.isFinished {
      _ = try trainer.step(batches.next())
      progress(trainer.stepsDone, trainer.steps)
      if interruption.look() { throw Interrupted(signal: interruption.signal, folder: "") }
    }
    return try trainer.result()
  }

  /// What the supernet's own training computes; nil where the configuration does not tell: for a
  /// supernet that was trained elsewhere, or whose recipe names files that are gone.
  package func supernetCost() throws -> TrainingCost? {
    let configuration = subject.configuration
    guard configuration.supernet.file == nil,
      let plan = try? SupernetRecipe(
        configuration.supernet,
        of: subject.space,
        stepsPerEpoch: stepsPerEpoch
      ).plan
    else { return nil }
    return try TrainingCost(
      NetworkTrainer(
        subject.supernet,
        configuration: recipe,
        phases: plan.phases,
        seed: configuration.seed
      )
    )
  }

  /// Everything that a network trained in this way depends on, except the computer.
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
      "recipe": try StandAloneRecipe(
        recipe,
        TrainingPlan(alone: recipe, stepsPerEpoch: stepsPerEpoch)
      ).json(),
      "images": "batch \(recipe.batchSize), padding \(configuration.data.padding), "
        + "flip \(configuration.data.flip)",
      "calibration": "\(configuration.supernet.calibrationImages) images in batches of "
        + "\(configuration.supernet.calibrationBatchSize)",
    ]
  }
}

/// The part of a recipe that identifies a stored stand-alone network. Names are those of version
/// 0.1.0, and so are the values that a stand-alone network does not depend on, so that networks
/// which were trained then need not be trained again.
package struct StandAloneRecipe: Encodable {
  let steps, warmUpSteps: Int
  let learningRate, finalLearningRate, momentum, weightDecay, labelSmoothing: Double
  let gradientClipping: Double?
  let averaging: Double
  let precision: ComputePrecision
  let phases: [String] = []
  let sandwich = true
  let randomSubnets = 2
  let sampling = "uniform"
  let updates = "batch"
  let gradients = "sum"
  let distillation = "in-place"
  let distillationWeight = 1.0
  let dropoutOnlyInLargest = true

  package init(_ configuration: TrainingConfiguration, _ plan: TrainingPlan) {
    steps = plan.steps
    warmUpSteps = plan.phases[0].warmUpSteps
    learningRate = configuration.learningRate
    finalLearningRate = configuration.finalLearningRate
    momentum = configuration.momentum
    weightDecay = configuration.weightDecay
    labelSmoothing = configuration.labelSmoothing
    gradientClipping = configuration.gradientClip > 0 ? configuration.gradientClip : nil
    averaging = configuration.averageDecay
    precision = configuration.precision
  }

  /// With sorted keys.
  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
