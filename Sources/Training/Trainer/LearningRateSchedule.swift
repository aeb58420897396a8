import Foundation

/// Linear warm-up from 0, then half a cosine: one period of warm restarts (Loshchilov and Hutter,
/// ICLR 2017), which begin again with every phase.
struct LearningRateSchedule {
  var peak: Double
  var final: Double
  var warmUpSteps: Int
  var steps: Int

  init(_ configuration: TrainingConfiguration, phase: TrainingPhase) {
    peak = phase.learningRate ?? configuration.learningRate
    final = min(peak, configuration.finalLearningRate)
    warmUpSteps = min(phase.steps, phase.warmUpSteps)
    steps = phase.steps
  }

  /// The rate of step `step` of the phase, counted from 0. After the last step: the final rate.
  func rate(at step: Int) -> Double {
    if step < warmUpSteps { return peak * Double(step + 1) / Double(warmUpSteps) }
    let span = max(1, steps - warmUpSteps)
    let progress = min(1, Double(step - warmUpSteps) / Double(span))
    return final + (peak - final) * (1 + cos(.pi * progress)) / 2
  }
}
