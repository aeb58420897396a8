import Configuration
import Controller
import Decisions
import Evaluation
import FlipMetrics
import Networks
import SearchSpaces
import Supernet

/// The search for one member of a family: which networks it may be, and what each is worth.
struct MemberTask {
  let context: RunContext
  let supernet: TrainedSupernet
  /// Counted from 0, smallest budget first.
  let index: Int
  /// The members with smaller budgets, which this one must contain.
  let smaller: [Architecture]

  private var setting: RunSetting { context.setting }
  private var configuration: RunConfiguration { context.configuration }
  var budget: MemberBudget { setting.budgets[index] }

  /// The networks the member may be: within its budget and, unless `search.containment` is off,
  /// containing every smaller member.
  func feasibleSet() throws -> FeasibleSet {
    try FeasibleSet(
      setting.space.decisions,
      restrictions: smaller.isEmpty || !configuration.search.containment
        ? [] : [setting.space.restriction(containing: smaller)],
      budgets: [.init(setting.costs, limit: budget.limit)]
    )
  }

  /// Whether there is nothing to search.
  var hasOnlyOneNetwork: Bool { (try? feasibleSet().members(limit: 2).count == 1) ?? false }

  /// A fresh strategy over those networks.
  func makeStrategy() throws -> any SearchStrategy {
    try Search.makeStrategy(
      configuration,
      over: feasibleSet(),
      member: index,
      conditioning: configuration.controller.sharing == .conditioned ? conditioning() : []
    )
  }

  /// What a shared policy is told about a member: its budget's place on a logarithmic scale, and
  /// the last smaller member, all zeros where there is none.
  private func conditioning() -> [Double] {
    let limits = setting.budgets.map(\.limit)
    let scale = BudgetScale((limits.min() ?? 1)...(limits.max() ?? 1))
    let encoding = OneHotEncoding(setting.space.decisions)
    let reference = smaller.last.map { encoding.features(of: $0).map(Double.init) }
    return [scale.position(of: budget.limit)]
      + (reference ?? [Double](repeating: 0, count: encoding.width))
  }

  /// Predictions that the member's must not fall behind: of the outside model, then of each smaller
  /// member.
  func references(on set: ImageSet, precision: ComputePrecision) throws -> [Predictions] {
    let outside = try setting.reference?.predictions(for: set)
    let own = try supernet.predictor(precision).predictions(of: smaller, on: set)
    return (outside.map { [$0] } ?? []) + own
  }

  /// What architectures are worth as this member, in their order. Between two evaluations the run may
  /// save itself and stop.
  func measure(
    _ architectures: [Architecture],
    on set: ImageSet,
    against references: [Predictions],
    precision: ComputePrecision,
    progress: (_ done: Int) -> Void = { _ in }
  ) throws -> [Reward.Measurement] {
    var done = 0
    let predictions = try supernet.predictor(precision).predictions(
      of: architectures,
      on: set
    ) { _, _ in
      done += 1
      progress(done)
      try context.pause()
    }
    return try zip(architectures, predictions).map { architecture, predictions in
      try measure(architecture, predictions, against: references)
    }
  }

  /// What an architecture is worth with these predictions.
  func measure(
    _ architecture: Architecture,
    _ predictions: Predictions,
    against references: [Predictions]
  ) throws -> Reward.Measurement {
    try Reward(configuration.search).measure(
      predictions,
      references: references,
      budgetUse: Double(cost(of: architecture)) / Double(budget.limit)
    )
  }

  /// In the unit of the budgets.
  func cost(of architecture: Architecture) -> Int {
    setting.costs.cost(of: architecture, in: setting.space.decisions)
  }
}
