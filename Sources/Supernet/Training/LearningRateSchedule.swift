import Foundation

/// Linear warm-up from 0, then half a cosine (Loshchilov and Hutter, ICLR 2017, without restarts).
struct LearningRateSchedule {
  var configuration: TrainingConfiguration

  /// The rate of step `step`, counted from 0. After the last step: the final rate.
  func rate(at step: Int) -> Double {
    let (peak, final) = (configuration.learningRate, configuration.finalLearningRate)
    let warmUp = configuration.warmUpSteps
    if step < warmUp { return peak * Double(step + 1) / Double(warmUp) }
    let span = max(1, configuration.steps - warmUp)
    let progress = min(1, Double(step - warmUp) / Double(span))
    return final + (peak - final) * (1 + cos(.pi * progress)) / 2
  }
}
