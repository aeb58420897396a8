import Configuration
import Decisions
import Runs
import SearchSpaces

/// A member's upper bound on its cost, in the metric's unit.
package struct MemberBudget: Sendable, Equatable {
  package var metric: RunConfiguration.CostMetric
  package var limit: Int

  /// The bounds of a family, ascending.
  ///
  /// Throws ``RunError/impossibleBudget(_:)`` for one that no network meets or that every network
  /// meets, stating the attainable range, and for bounds that do not ascend.
  package static func resolve(
    _ budgets: [Budget],
    metric: RunConfiguration.CostMetric,
    cheapest: Int,
    dearest: Int
  ) throws -> [MemberBudget] {
    var limits: [Int] = []
    for budget in budgets {
      let limit: Int
      switch budget {
      case .absolute(let value): limit = value
      case .fraction(let part):
        limit = cheapest + Int((Double(dearest - cheapest) * part).rounded())
      }
      guard (cheapest...dearest).contains(limit) else {
        let side = limit < cheapest ? "below the cheapest" : "above the most expensive"
        throw RunError.impossibleBudget(
          "search.budgets: \(limit) \(metric.unit) is \(side) network of the space; "
            + "budgets from \(cheapest) to \(dearest) \(metric.unit) can be met"
        )
      }
      if let last = limits.last, limit <= last {
        throw RunError.impossibleBudget(
          "search.budgets: members are ordered smallest first, but \(limit) \(metric.unit) does not exceed \(last)"
        )
      }
      limits.append(limit)
    }
    return limits.map { MemberBudget(metric: metric, limit: $0) }
  }
}

extension RunConfiguration.CostMetric {
  package var unit: String {
    switch self {
    case .macs: "MACs"
    case .parameters: "parameters"
    case .latency: "ns"
    }
  }
}
