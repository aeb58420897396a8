import AtomicFiles
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
  private static let validationPhase = "validation"
  /// Of the lines that this stage logs. They are on the disk before `supernet.h5` is.
  static let loggedPhases: Set = [phase, validationPhase]

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
    try TrainingLoop(context: context, phase: Self.phase).run(trainer, on: batches) { done in
      guard let validation, done % every == 0 || trainer.isFinished else { return false }
      context.metrics.append(
        phase: Self.validationPhase,
        step: done,
        try validation.entries(of: trainer.result())
      )
      return true
    }
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
    // A run without a checkpoint goes on from `supernet.h5`, and then has to find the whole log.
    try AtomicFile.synchronize(
      context.folder.file(MetricsLog.name),
      storage: context.folder.storage
    )
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
