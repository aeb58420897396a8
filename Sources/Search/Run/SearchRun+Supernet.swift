import HDF5
import RandomStreams
import Supernet
import Torch

// The first phase: a trained supernet, made or taken from a file, ends as `supernet.h5`.
extension SearchRun {
  static let supernetName = "supernet.h5"

  func trainSupernet() throws {
    if let path = configuration.supernet.file {
      let supernet = try readSupernet(path)
      services.reporter.note("supernet: \(path)")
      try finishSupernet(supernet)
      return
    }
    let trainer = try self.trainer ?? makeTrainer()
    self.trainer = trainer
    let batches = try setting.images.trainingBatches(from: trainer.stepsDone)
    let total = trainer.configuration.steps
    while !trainer.isFinished {
      let (images, labels) = try batches.next()
      let step = try trainer.step(images: images, labels: labels)
      services.reporter.progress(
        "supernet",
        done: trainer.stepsDone,
        total: total,
        unit: "steps",
        detail: "loss \(format(step.largestLoss)) largest, \(format(step.smallestLoss)) smallest"
      )
      if trainer.stepsDone % 10 == 0 || trainer.isFinished {
        metrics.append(phase: "supernet", step: trainer.stepsDone, step.entries)
      }
      try pause()
    }
    services.reporter.endProgress()
    try finishSupernet(trainer.supernet)
    self.trainer = nil
  }

  func makeTrainer() throws -> SupernetTrainer {
    let supernet = try Supernet(
      space: setting.space,
      device: setting.device,
      random: RandomStream(seed: configuration.seed, name: "supernet.initialisation")
    )
    return try SupernetTrainer(
      supernet,
      configuration: configuration.supernet.training(
        stepsPerEpoch: setting.images.trainingBatchesPerEpoch
      ),
      seed: configuration.seed
    )
  }

  private func finishSupernet(_ supernet: Supernet) throws {
    let path = folder.file(Self.supernetName)
    try supernet.write(
      to: path,
      provenance: [
        "configuration": configuration.resultsYAML, "data-sha256": setting.data.digest,
        "seed": String(configuration.seed),
      ],
      createdBy: Program.identity,
      storage: folder.storage
    )
    try openSupernet()
    phase = .members
    try save()
  }

  /// Reads `supernet.h5` back, so that a run that was never interrupted goes on from the same
  /// values, in the same place, as one that was.
  func openSupernet() throws {
    let path = folder.file(Self.supernetName)
    supernetDigest = try SHA256.ofFile(path)
    evaluator = ArchitectureEvaluator(
      supernet: try readSupernet(path),
      calibration: try setting.images.calibrationBatches(),
      memoryLimit: configuration.runtime.evaluationMemory << 20
    )
  }
}

extension SearchRun {
  private func readSupernet(_ path: String) throws -> Supernet {
    let supernet = try Supernet(
      space: setting.space,
      device: setting.device,
      random: RandomStream(state: 0)
    )
    try supernet.load(path: path)
    return supernet
  }
}

extension RunConfiguration.SupernetTraining {
  /// Epochs as steps.
  func training(stepsPerEpoch: Int) -> TrainingConfiguration {
    var result = TrainingConfiguration()
    result.steps = epochs * stepsPerEpoch
    result.warmUpSteps = min(
      result.steps,
      Int((warmupEpochs * Double(stepsPerEpoch)).rounded())
    )
    result.learningRate = learningRate
    result.momentum = momentum
    result.weightDecay = weightDecay
    result.labelSmoothing = labelSmoothing
    result.gradientClipping = gradientClip > 0 ? gradientClip : nil
    result.randomSubnets = randomSubnets
    return result
  }
}

extension SupernetTrainer.Metrics {
  var entries: [(name: String, value: Double)] {
    var result = [("loss/largest", largestLoss), ("loss/smallest", smallestLoss)]
    if let randomLoss { result.append(("loss/random", randomLoss)) }
    return result + [
      ("accuracy/largest", largestAccuracy), ("learning_rate", learningRate),
      ("gradient_norm", gradientNorm),
    ]
  }
}
