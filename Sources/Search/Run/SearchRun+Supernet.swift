import AtomicFiles
import Foundation
import HDF5
import RandomStreams
import Supernet
import Torch
import Training

// The first phase: a trained supernet, made or taken from a file, ends as `supernet.h5`.
extension SearchRun {
  package static let supernetName = "supernet.h5"

  func makeSupernet() throws {
    if let path = configuration.supernet.file {
      let supernet = try readSupernet(path)
      services.reporter.note("supernet: \(path)")
      try finishSupernet(supernet)
      return
    }
    let trainer = try self.trainer ?? makeTrainer()
    self.trainer = trainer
    let batches = try setting.images.trainingBatches(from: trainer.stepsDone)
    let every = configuration.supernet.validateEvery * setting.images.trainingBatchesPerEpoch
    let validation = every > 0 ? try SupernetValidation(configuration, setting) : nil
    var meter = RateMeter(clock, imagesPerStep: configuration.supernet.training.batchSize)
    var detail = ""
    while !trainer.isFinished {
      let step = try trainer.step(batches.next())
      let done = trainer.stepsDone
      meter.addStep()
      // Losses are read from the device only here: for the log, and once for whoever watches.
      let isLogged = done % 10 == 0 || trainer.isFinished
      let read = isLogged || detail.isEmpty ? try step.metrics() : nil
      if let read { detail = self.detail(read, of: trainer, meter) }
      services.reporter.progress(
        "supernet",
        done: done,
        total: trainer.steps,
        unit: "steps",
        detail: detail
      )
      if isLogged, let read {
        metrics.append(phase: "supernet", step: done, read.entries)
        timing.append(
          phase: "supernet",
          step: done,
          [("images_per_second", meter.imagesPerSecond)]
        )
        meter.restart()
      }
      if let validation, done % every == 0 || trainer.isFinished {
        metrics.append(
          phase: "validation",
          step: done,
          try validation.entries(of: trainer.result())
        )
        meter.restart()
      }
      try pause()
    }
    services.reporter.endProgress()
    try draw()
    try finishSupernet(trainer.result())
    self.trainer = nil
  }

  func makeTrainer() throws -> NetworkTrainer {
    let supernet =
      try configuration.supernet.initial.map { try readSupernet($0) }
      ?? Supernet(
        space: setting.space,
        device: setting.device,
        random: RandomStream(seed: configuration.seed, name: "supernet.initialisation")
      )
    let calibration = { [images = setting.images] in try images.calibrationBatches() }
    let teacher = try configuration.supernet.teacher.map {
      try Teacher(readSupernet($0), calibratedOn: calibration())
    }
    return try NetworkTrainer(
      supernet,
      configuration: configuration.supernet.training,
      phases: setting.recipe.plan.phases,
      teacher: teacher,
      calibration: calibration,
      seed: configuration.seed
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
    ].compactMap { name, loss in loss.map { "\(format($0)) \(name)" } }
    parts.append("loss " + losses.joined(separator: ", "))
    if meter.imagesPerSecond.isFinite {
      parts.append("\(Int(meter.imagesPerSecond)) images/s")
    }
    return parts.joined(separator: ", ")
  }

  /// From the log rather than from memory, so that a resumed run draws the same.
  private func draw() throws {
    try metrics.flush()
    let curve = SupernetCurve(
      metrics: try folder.read(MetricsLog.name),
      stepsPerEpoch: setting.images.trainingBatchesPerEpoch,
      title:
        "Supernet of \(setting.space.name), \(configuration.supernet.training.schedule.rawValue)"
    )
    try folder.write(curve.svg, to: SupernetCurve.name)
  }

  private func finishSupernet(_ supernet: Supernet) throws {
    let path = folder.file(Self.supernetName)
    var provenance = [
      "configuration": configuration.resultsYAML, "data-sha256": setting.data.digest,
      "seed": String(configuration.seed),
    ]
    if !setting.recipe.history.isEmpty {
      provenance[SupernetRecipe.historyKey] = setting.recipe.history.joined(separator: ", ")
    }
    try supernet.write(
      to: path,
      provenance: provenance,
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
  func readSupernet(_ path: String) throws -> Supernet {
    let supernet = try Supernet(
      space: setting.space,
      device: setting.device,
      random: RandomStream(state: 0)
    )
    try supernet.load(path: path)
    return supernet
  }
}

/// Images a second since the last restart.
private struct RateMeter {
  private let clock: ContinuousClock
  private let imagesPerStep: Int
  private var start: ContinuousClock.Instant
  private var steps = 0

  init(_ clock: ContinuousClock, imagesPerStep: Int) {
    self.clock = clock
    self.imagesPerStep = imagesPerStep
    start = clock.now
  }

  mutating func addStep() { steps += 1 }

  mutating func restart() {
    steps = 0
    start = clock.now
  }

  var imagesPerSecond: Double {
    Double(steps * imagesPerStep) / ((clock.now - start) / .seconds(1))
  }
}

extension TrainingMetrics {
  var entries: [(name: String, value: Double)] {
    let values = [
      ("loss/largest", largestLoss), ("loss/smallest", smallestLoss), ("loss/random", randomLoss),
      ("accuracy/largest", largestAccuracy), ("learning_rate", learningRate),
      ("gradient_norm", gradientNorm), ("training_phase", Double(phase + 1)),
    ]
    return values.compactMap { name, value in value.map { (name, $0) } }
  }
}
