import Decisions
import Foundation

/// What a policy is asked to search: a feasible set, and the numbers that tell the policy which one
/// it is.
///
/// A strategy with one task needs no numbers. A budget-conditioned policy serves many tasks over the
/// same space at once and, after training, others in between:
///
/// ```swift
/// let tasks = try [100, 200, 400].map { limit in
///   SearchTask(
///     try FeasibleSet(space, budgets: [.init(macs, limit: limit)]),
///     conditioning: [BudgetScale(80...500).position(of: limit)])
/// }
/// ```
///
/// To condition on a reference architecture as well, append its
/// ``OneHotEncoding/features(of:)``.
public struct SearchTask: Sendable {
  public var set: FeasibleSet
  /// As many numbers as the policy's `conditioningSize`, of magnitude about one.
  public var conditioning: [Double]

  public init(_ set: FeasibleSet, conditioning: [Double] = []) {
    self.set = set
    self.conditioning = conditioning
  }
}

/// Places budgets on a logarithmic scale from -1 to 1, the form in which a policy takes them.
public struct BudgetScale: Sendable, Hashable {
  public var range: ClosedRange<Int>

  /// The least and the greatest budget that matter; both positive.
  public init(_ range: ClosedRange<Int>) { self.range = range }

  public func position(of budget: Int) -> Double {
    let low = log(Double(max(1, range.lowerBound)))
    let high = log(Double(max(1, range.upperBound)))
    guard high > low else { return 0 }
    return 2 * (log(Double(max(1, budget))) - low) / (high - low) - 1
  }
}
