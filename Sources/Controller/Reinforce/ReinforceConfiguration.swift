extension Reinforce {
  /// The defaults are ours, found by comparing searches of 500 evaluations on the MobileNetV3
  /// surrogate; `docs/controller.md` says what mattered.
  public struct Configuration: Sendable, Hashable {
    public var policy = PolicyNetwork.Configuration()
    /// Sequences per policy update.
    public var rolloutSize = 10
    /// Of Adam.
    public var learningRate = 0.01
    public var baseline = AdvantageEstimator.Baseline.leaveOneOut
    public var normalization = AdvantageEstimator.Normalization.batch
    public var entropyWeight = Schedule(from: 0.05, to: 0.02, over: 50)
    /// Bound of the global gradient norm; nil for none.
    public var gradientClip: Double? = 1
    /// Proximal updates in place of the plain one; nil for REINFORCE.
    public var proximal: Proximal?

    public init() {}
  }

  /// Goes from one value to another in equal steps per update, and stays there.
  public struct Schedule: Sendable, Hashable {
    public var start: Double
    public var end: Double
    public var updates: Int

    public init(from start: Double, to end: Double, over updates: Int) {
      self.start = start
      self.end = end
      self.updates = updates
    }

    public static func constant(_ value: Double) -> Schedule {
      Schedule(from: value, to: value, over: 0)
    }

    public func value(at update: Int) -> Double {
      guard update < updates else { return end }
      return start + (end - start) * Double(update) / Double(updates)
    }
  }

  /// PPO's clipped surrogate (Schulman et al., "Proximal policy optimization algorithms", 2017):
  /// several steps on one rollout, none of which gains by moving a probability ratio beyond
  /// `1 ± clipping`. The entropy weight is divided by the number of steps.
  public struct Proximal: Sendable, Hashable {
    public var epochs: Int
    public var clipping: Double

    public init(epochs: Int = 4, clipping: Double = 0.2) {
      self.epochs = epochs
      self.clipping = clipping
    }
  }
}
