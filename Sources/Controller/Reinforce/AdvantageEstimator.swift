import Torch

/// Turns rewards into advantages: how much better than expected each was.
///
/// The baseline of an outcome never contains its own reward (leave-one-out), or is settled before
/// the rollout is seen (moving average), so the gradient estimate stays unbiased. The one exception
/// is the first rollout of a moving average, which starts at that rollout's mean.
public struct AdvantageEstimator: Sendable, Hashable {
  public enum Baseline: Sendable, Hashable {
    case none
    /// `b = decay * b + (1 - decay) * mean of the rollout`, after the advantages are taken.
    case movingAverage(decay: Double)
    /// The mean of the other rewards of the rollout (Kool, van Hoof, Welling, "Buy 4 REINFORCE
    /// samples, get a baseline for free!", 2019). A lone outcome has advantage 0.
    case leaveOneOut
  }

  public enum Normalization: Sendable, Hashable {
    case none
    /// Divides by the root mean square of the rollout's advantages: a step's direction stays that
    /// of the unbiased estimate, its size no longer depends on the scale of rewards.
    case batch
    /// Divides by a moving root mean square, settled before the rollout but for the first.
    case running(decay: Double)
  }

  struct Result {
    var advantages: [Double]
    var baselines: [Double]
    /// Standard deviation of reward minus baseline: before normalisation, which hides it.
    var spread: Double
  }

  public let baseline: Baseline
  public let normalization: Normalization
  /// Per task; NaN before its first rollout.
  private var averages: [Double]
  /// NaN before the first rollout.
  private var meanSquare = Double.nan

  init(baseline: Baseline, normalization: Normalization, tasks: Int) throws(ControllerError) {
    if case .movingAverage(let decay) = baseline { try requireDecay(decay, "the baseline's decay") }
    if case .running(let decay) = normalization {
      try requireDecay(decay, "the normalisation's decay")
    }
    self.baseline = baseline
    self.normalization = normalization
    averages = [Double](repeating: .nan, count: tasks)
  }

  /// Advantages of one rollout. Rewards of different tasks are never compared.
  mutating func advantages(rewards: [Double], tasks: [Int]) -> Result {
    var baselines = [Double](repeating: 0, count: rewards.count)
    for task in averages.indices {
      let members = rewards.indices.filter { tasks[$0] == task }
      guard !members.isEmpty else { continue }
      let sum = members.reduce(0) { $0 + rewards[$1] }
      let mean = sum / Double(members.count)
      switch baseline {
      case .none: break
      case .movingAverage(let decay):
        let before = averages[task].isNaN ? mean : averages[task]
        for member in members { baselines[member] = before }
        averages[task] = decay * before + (1 - decay) * mean
      case .leaveOneOut:
        for member in members {
          baselines[member] =
            members.count > 1
            ? (sum - rewards[member]) / Double(members.count - 1) : rewards[member]
        }
      }
    }
    let raw = zip(rewards, baselines).map { $0 - $1 }
    let scale = 1 / max(deviation(raw), 1e-12)
    return Result(
      advantages: raw.map { $0 * scale },
      baselines: baselines,
      spread: Self.standardDeviation(raw)
    )
  }

  private static func standardDeviation(_ values: [Double]) -> Double {
    let count = Double(max(1, values.count))
    let mean = values.reduce(0, +) / count
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
  }

  private mutating func deviation(_ advantages: [Double]) -> Double {
    let own = advantages.reduce(0) { $0 + $1 * $1 } / Double(max(1, advantages.count))
    switch normalization {
    case .none: return 1
    case .batch: return own.squareRoot()
    case .running(let decay):
      let before = meanSquare.isNaN ? own : meanSquare
      meanSquare = decay * before + (1 - decay) * own
      return before.squareRoot()
    }
  }

  func store(in state: inout StrategyState) throws {
    try state.set("advantage/averages", averages)
    try state.set("advantage/mean_square", [meanSquare])
  }

  mutating func restore(from state: StrategyState) throws {
    averages = try state.reals("advantage/averages", count: averages.count)
    meanSquare = try state.reals("advantage/mean_square", count: 1)[0]
  }
}

func requireDecay(_ value: Double, _ name: String) throws(ControllerError) {
  guard (0..<1).contains(value) else {
    throw .invalidConfiguration(
      name: name,
      reason: "is \(value); it must be at least 0 and below 1"
    )
  }
}
