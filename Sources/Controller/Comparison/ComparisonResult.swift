import Foundation
import Statistics

/// The runs of one contender.
public struct ComparisonCurve: Sendable, Hashable {
  public var name: String
  /// Best reward so far, `[seed][evaluation]`. A run that ended early keeps its last value.
  public var best: [[Double]]
  /// Its mean over the seeds with the 95 % interval, per evaluation; of a single seed no interval.
  public var summary: [MeanInterval]
  /// Runs that ended early because the strategy only repeated itself.
  public var exhaustedRuns: Int
  /// Time spent in the strategy, per distinct evaluation, in seconds; a mean over all runs.
  public var strategySeconds: Double

  /// `curves` are the best rewards so far, one list per trace, short where a run ended early.
  init(_ name: String, _ traces: [SearchTrace], curves: [[Double]], evaluations: Int) {
    self.name = name
    let best = curves.map { curve -> [Double] in
      let missing = max(0, evaluations - curve.count)
      return curve + [Double](repeating: curve.last ?? .nan, count: missing)
    }
    self.best = best
    summary = (0..<evaluations).compactMap { index in MeanInterval(best.map { $0[index] }) }
    exhaustedRuns = traces.count { $0.isExhausted }
    let time = traces.reduce(Duration.zero) { $0 + $1.strategyTime }
    strategySeconds =
      (Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18)
      / Double(max(1, traces.reduce(0) { $0 + $1.evaluations.count }))
  }

  public var finals: [Double] { best.compactMap(\.last) }
}

public struct ComparisonResult: Sendable, Hashable {
  public var evaluations: Int
  public var seeds: [UInt64]
  public var curves: [ComparisonCurve]

  public init(evaluations: Int, seeds: [UInt64], curves: [ComparisonCurve]) {
    self.evaluations = evaluations
    self.seeds = seeds
    self.curves = curves
  }

  /// The difference of the final best rewards of two contenders with its 95 % interval, paired by
  /// seed. Nil for unknown names.
  public func difference(_ first: String, minus second: String) -> MeanInterval? {
    guard let a = curves.first(where: { $0.name == first }),
      let b = curves.first(where: { $0.name == second })
    else { return nil }
    return MeanInterval(zip(a.finals, b.finals).map { $0 - $1 })
  }

  /// One row per contender: name, mean best reward with interval after each of `checkpoints`
  /// evaluations, early ends.
  public func table(at checkpoints: [Int], decimals: Int = 3) -> [[String]] {
    let checkpoints = checkpoints.filter { (1...evaluations).contains($0) }
    let header = ["strategy"] + checkpoints.map { "after \($0)" } + ["ended early"]
    return [header]
      + curves.map { curve in
        [curve.name]
          + checkpoints.map { checkpoint in
            let point = curve.summary[checkpoint - 1]
            return fixed(point.mean, decimals)
              + (point.halfWidth.map { " ± " + fixed($0, decimals) } ?? "")
          } + ["\(curve.exhaustedRuns)/\(seeds.count)"]
      }
  }

  /// Every point: strategy, evaluations, mean, lower, upper (empty for a single seed); and, per seed,
  /// the best reward so far.
  public func rows() -> [[String]] {
    [["strategy", "evaluations", "mean", "lower", "upper"] + seeds.map { "seed_\($0)" }]
      + curves.flatMap { curve in
        curve.summary.enumerated().map { index, point in
          [curve.name, "\(index + 1)", "\(point.mean)"]
            + [point.lower, point.upper].map { $0.map { "\($0)" } ?? "" }
            + curve.best.map { "\($0[index])" }
        }
      }
  }
}

/// Decimal text with a fixed number of decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
  String(format: "%.\(decimals)f", value)
}
