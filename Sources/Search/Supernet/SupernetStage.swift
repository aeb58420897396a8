import Configuration
import HDF5
import RandomStreams
import Runs
import Supernet
import Torch
import Training

/// The first stage: a trained supernet, made or taken from a file, ends as `supernet.h5`.
final class SupernetStage: RunStage {
  static let phase = "supernet"

  private let context: RunContext
  /// While the training is under way.
  private var trainer: NetworkTrainer?

  init(_ context: RunContext) { self.context = context }

  func run(_ products: inout RunProducts) throws {
    let recipe = try context.setting.recipe
    if let path = context.setting.configuration.supernet.file {
      let supernet = try context.setting.readSupernet(path)
      context.reporter.note("supernet: \(path)")
      try write(supernet, recipe)
    } else {
      try write(train(recipe), recipe)
      trainer = nil
    }
    products.supernet = try TrainedSupernet(context)
  }

  func store(in checkpoint: inout Checkpoint) throws {
    if let trainer { checkpoint.set(try trainer.state(), under: "trainer/") }
  }

  func restore(
    from checkpoint: Checkpoint,
    isDone: Bool,
    products: inout RunProducts
  ) throws {
    if isDone {
      products.supernet = try TrainedSupernet(context)
    } else {
      let trainer = try makeTrainer(context.setting.recipe)
      try trainer.restore(checkpoint.tensors(under: "trainer/"))
      self.trainer = trainer
    }
  }

  private func train(_ recipe: SupernetRecipe) throws -> Supernet {
    let trainer = try self.trainer ?? makeTrainer(recipe)
    // The first step may take long too.
    try context.stopIfAsked()
    self.trainer = trainer
    let images = context.setting.images
    let batches = try images.trainingBatches(from: trainer.stepsDone)
    let every = context.configuration.supernet.validateEvery * images.trainingBatchesPerEpoch
    let validation =
      every > 0 ? try SupernetValidation(context.configuration, context.setting) : nil
    var meter = RateMeter(imagesPerStep: context.configuration.supernet.training.batchSize)
    var detail = ""
    while !trainer.isFinished {
      let step = try trainer.step(batches.next())
      let done = trainer.stepsDone
      meter.addStep()
      // Losses are read from the device only here: for the log, and once for whoever watches.
      let isLogged = done % 10 == 0 || trainer.isFinished
      let read = isLogged || detail.isEmpty ? try step.metrics() : nil
      if let read { detail = self.detail(read, of: trainer, meter) }
      context.reporter.progress(
        "supernet",
        done: done,
        total: trainer.steps,
        unit: "steps",
        detail: detail
      )
      if isLogged, let read {
        context.metrics.append(phase: "supernet", step: done, read.entries)
        context.timing.append(
          phase: "supernet",
          step: done,
          [("images_per_second", meter.imagesPerSecond)]
        )
        meter.restart()
      }
      if let validation, done % every == 0 || trainer.isFinished {
        context.metrics.append(
          phase: "validation",
          step: done,
          try validation.entries(of: trainer.result())
        )
        meter.restart()
      }
      try context.pause()
    }
    context.reporter.endProgress()
    try draw()
    return try trainer.result()
  }

  private func makeTrainer(_ recipe: SupernetRecipe) throws -> NetworkTrainer {
    let setting = context.setting
    let keys = setting.configuration.supernet
    let random = RandomStream(
      seed: context.configuration.seed,
      name: "supernet.initialisation"
    )
    let supernet =
      try keys.initial.map {
        try Supernet.starting(
          from: $0,
          of: setting.space,
          device: setting.device,
          random: random,
          pause: context.stopIfAsked
        )
      }
      ?? Supernet(
        space: setting.space,
        device: setting.device,
        random: random,
        pause: context.stopIfAsked
      )
    let calibration = { try setting.images.calibrationBatches() }
    let teacher = try keys.teacher.map {
      try Teacher(setting.readSupernet($0), calibratedOn: calibration())
    }
    return try NetworkTrainer(
      supernet,
      configuration: keys.training,
      phases: recipe.plan.phases,
      teacher: teacher,
      calibration: calibration,
      seed: context.configuration.seed
    )
  }

  private func detail(
    _ step: TrainingMetrics,
    of trainer: NetworkTrainer,
    _ meter: RateMeter
  ) -> String {
    var parts: [String] = []
    if trainer.phases.count > 1 { parts.append("phase \(trainer.phases[step.phase].name)") }
    let losses = [
      ("largest", step.largestLoss), ("smallest", step.smallestLoss), ("random", step.randomLoss),
    ].compactMap { name, loss in loss.map { "\(fourDecimals($0)) \(name)" } }
    parts.append("loss " + losses.joined(separator: ", "))
    if meter.imagesPerSecond.isFinite {
      parts.append("\(Int(meter.imagesPerSecond)) images/s")
    }
    return parts.joined(separator: ", ")
  }

  /// From the log rather than from memory, so that a resumed run draws the same.
  private func draw() throws {
    try context.metrics.flush()
    let curve = SupernetCurve(
      metrics: try context.folder.read(MetricsLog.name),
      stepsPerEpoch: context.setting.images.trainingBatchesPerEpoch,
      title: "Supernet of \(context.setting.space.name), "
        + context.configuration.supernet.training.schedule.rawValue
    )
    try context.folder.write(curve.svg, to: RunFolder.curveName)
  }

  private func write(_ supernet: Supernet, _ recipe: SupernetRecipe) throws {
    var provenance = [
      "configuration": context.configuration.resultsYAML,
      "data-sha256": context.setting.data.digest,
      "seed": String(context.configuration.seed),
    ]
    if !recipe.notes.isEmpty { provenance["notes"] = recipe.notes.joined(separator: "\n") }
    if !recipe.history.isEmpty {
      provenance[SupernetRecipe.historyKey] = recipe.history.joined(separator: ", ")
    }
    try supernet.write(
      to: context.folder.file(RunFolder.supernetName),
      provenance: provenance,
      createdBy: Program.identity,
      storage: context.folder.storage
    )
  }
}

extension TrainingMetrics {
  fileprivate var entries: [(name: String, value: Double)] {
    let values = [
      ("loss/largest", largestLoss), ("loss/smallest", smallestLoss), ("loss/random", randomLoss),
      ("accuracy/largest", largestAccuracy), ("learning_rate", learningRate),
      ("gradient_norm", gradientNorm), ("training_phase", Double(phase + 1)),
    ]
    return values.compactMap { name, value in value.map { (name, $0) } }
  }
}
