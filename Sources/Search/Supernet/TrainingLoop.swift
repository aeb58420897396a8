import Runs
import Supernet
import Training

/// Takes a trainer through its steps: progress, log, and a place to pause after each. Losses are read
/// from the device only for the log, and once for whoever watches.
struct TrainingLoop {
  let context: RunContext
  /// What lines of the log call it.
  let phase: String

  /// Trains from where the trainer is to its end.
  ///
  /// - Parameter afterStep: called with the number of steps done, before the pause; says whether it did
  ///   something that took time.
  func run(
    _ trainer: NetworkTrainer,
    on batches: TrainingBatches,
    afterStep: (Int) throws -> Bool = { _ in false }
  ) throws {
    var meter = RateMeter(imagesPerStep: trainer.configuration.batchSize)
    var detail = ""
    while !trainer.isFinished {
      let step = try trainer.step(batches.next())
      let done = trainer.stepsDone
      meter.addStep()
      let isLogged = done % 10 == 0 || trainer.isFinished
      let read = isLogged || detail.isEmpty ? try step.metrics() : nil
      if let read { detail = self.detail(read, of: trainer, meter) }
      context.reporter.progress(
        phase,
        done: done,
        total: trainer.steps,
        unit: "steps",
        detail: detail
      )
      if isLogged, let read {
        context.metrics.append(phase: phase, step: done, read.entries)
        context.timing.append(
          phase: phase,
          step: done,
          [("images_per_second", meter.imagesPerSecond)]
        )
        meter.restart()
      }
      if try afterStep(done) { meter.restart() }
      try context.pause()
    }
    context.reporter.endProgress()
  }

  private func detail(
    _ step: TrainingMetrics,
    of trainer: NetworkTrainer,
    _ meter: RateMeter
  ) -> String {
    var parts: [String] = []
    if trainer.phases.count > 1 { parts.append("phase \(trainer.phases[step.phase].name)") }
    let losses = step.losses.map { "\(fourDecimals($0.value)) \($0.name)" }
    parts.append("loss " + losses.joined(separator: ", "))
    if meter.imagesPerSecond.isFinite {
      parts.append("\(Int(meter.imagesPerSecond)) images/s")
    }
    return parts.joined(separator: ", ")
  }
}

extension TrainingMetrics {
  fileprivate var losses: [(name: String, value: Double)] {
    [
      ("largest", largestLoss), ("smallest", smallestLoss), ("random", randomLoss),
      ("member", memberLoss),
    ].compactMap { name, loss in loss.map { (name, $0) } }
  }

  fileprivate var entries: [(name: String, value: Double)] {
    let values = [
      ("accuracy/largest", largestAccuracy), ("learning_rate", learningRate),
      ("gradient_norm", gradientNorm), ("training_phase", Double(phase + 1)),
    ]
    return losses.map { ("loss/" + $0.name, $0.value) }
      + values.compactMap { name, value in value.map { (name, $0) } }
  }
}
