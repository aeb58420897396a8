import HDF5
import RandomStreams
import Supernet
import Torch

// The first phase: a trained supernet, made or taken from a file, ends as `supernet.h5`.
extension SearchRun {
  static let supernetName = "supernet.h5"

  func trainSupernet() throws {
    if let path = configuration.supernet.file {
      let supernet = try Supernet.read(path, space: setting.space, device: setting.device)
      services.reporter.note("supernet: \(path)")
      try finishSupernet(supernet)
      return
    }
    let trainer = try self.trainer ?? makeTrainer()
    self.trainer = trainer
    let loader = try setting.images.trainingLoader(startingAt: trainer.step)
    let total = trainer.totalSteps
    while trainer.step < total {
      let metrics = try trainer.step(loader.next())
      services.reporter.progress(
        "supernet", done: trainer.step, total: total, unit: "steps",
        detail: metrics.summary)
      if trainer.step % 10 == 0 || trainer.step == total {
        try self.metrics.append(phase: "supernet", step: trainer.step, metrics.entries)
      }
      try pause()
    }
    services.reporter.endProgress()
    try finishSupernet(trainer.supernet)
    self.trainer = nil
  }

  func makeTrainer() throws -> SupernetTrainer {
    let supernet = try Supernet(
      space: setting.space, device: setting.device,
      random: RandomStream(seed: configuration.seed, name: "supernet.initialisation"))
    return try SupernetTrainer(
      supernet, rules: configuration.trainingRules,
      stepsPerEpoch: setting.images.trainingBatchesPerEpoch,
      random: RandomStream(seed: configuration.seed, name: "supernet.training"))
  }

  private func finishSupernet(_ supernet: Supernet) throws {
    let path = folder.file(Self.supernetName)
    try supernet.write(
      to: path, configuration: configuration.yaml, dataDigest: setting.data.digest)
    try openSupernet()
    phase = .members
    try save()
  }

  /// Reads `supernet.h5` back, so that a run that was never interrupted goes on from the same
  /// values, in the same place, as one that was.
  func openSupernet() throws {
    let path = folder.file(Self.supernetName)
    supernetDigest = try SHA256.ofFile(path)
    let supernet = try Supernet.read(path, space: setting.space, device: setting.device)
    evaluator = ArchitectureEvaluator(
      supernet: supernet, calibration: try setting.images.calibrationBatches())
  }
}
