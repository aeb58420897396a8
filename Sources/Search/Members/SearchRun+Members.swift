import Controller
import Decisions
import Networks
import RandomStreams
import SearchSpaces
import Supernet
import Torch

// The second phase: for each budget, smallest first, train a controller and choose a member.
extension SearchRun {
  func searchMembers() throws {
    for member in members.chosen.count..<setting.budgets.count {
      var strategy = try trainController(for: member)
      let chosen = try choose(
        member,
        containing: members.chosen,
        strategy: &strategy,
        settings: FamilySettings(configuration)
      )
      members.controllers.append(try strategy.state())
      members.chosen.append(chosen.architecture)
      members.update = 0
      members.strategy = nil
      services.reporter.note(
        "member \(member + 1): \(setting.space.code(chosen.architecture)), "
          + "reward \(format(chosen.measurement.reward)) on the search split"
      )
      try save()
    }
  }

  /// The networks a member may be: within its budget, containing every smaller member.
  func feasible(_ member: Int, containing smaller: [Architecture]) throws -> FeasibleSet {
    try FeasibleSet(
      setting.space.decisions,
      restrictions: smaller.isEmpty ? [] : [setting.space.restriction(containing: smaller)],
      budgets: [.init(setting.costs, limit: setting.budgets[member].limit)]
    )
  }

  /// Predictions that a member's must not fall behind: of the outside model, then of each smaller
  /// member.
  func references(
    _ smaller: [Architecture],
    on set: ImageSet,
    precision: ComputePrecision = .float32
  ) throws -> [[Int32]] {
    guard let evaluator else { return [] }
    let outside = try setting.images.reference(setting.reference, on: set)
    return try (outside.map { [$0] } ?? [])
      + smaller.map { try evaluator.predictions(of: $0, on: set, precision: precision) }
  }

  var reward: Reward {
    Reward(
      flipWeight: configuration.search.flipWeight,
      aggregate: configuration.search.aggregate,
      budgetWeight: configuration.search.budgetWeight
    )
  }

  private func trainController(for member: Int) throws -> any SearchStrategy {
    var strategy = try makeStrategy(for: member, containing: members.chosen)
    if let state = members.strategy {
      try strategy.restore(state)
    } else if configuration.controller.sharing == .conditioned, let last = members.controllers.last
    {
      try (strategy as? Reinforce)?.adoptPolicy(of: last)
    }
    let set = setting.images.reward
    let precision = configuration.search.precision
    let references = try references(members.chosen, on: set, precision: precision)
    let title = "controller \(member + 1) of \(setting.budgets.count)"
    // A checkpoint taken inside a rollout holds the state before it, and the predictions made since:
    // after resuming, the same rollout is asked for again and mostly known.
    members.strategy = try strategy.state()
    while members.update < configuration.controller.updates {
      let proposals = try strategy.ask(configuration.controller.rollout)
      let measurements = try measure(
        proposals.map(\.assignment),
        as: member,
        on: set,
        against: references,
        precision: precision
      )
      let outcomes = zip(proposals, measurements).map { Outcome($0, reward: $1.reward) }
      let entries = zip(proposals, measurements).map { proposal, measurement in
        MemberProgress.HistoryEntry(
          member: member,
          update: members.update,
          architecture: proposal.assignment,
          reward: measurement.reward,
          accuracy: measurement.accuracy,
          negativeFlipRate: measurement.negativeFlipRates.max() ?? 0
        )
      }
      let told = try strategy.tell(outcomes)
      members.history += entries
      members.update += 1
      members.strategy = try strategy.state()
      metrics.append(
        phase: "controller-\(member + 1)",
        step: members.update,
        told.entries.map { ($0.name, $0.value) }
      )
      services.reporter.progress(
        title,
        done: members.update,
        total: configuration.controller.updates,
        unit: "updates",
        detail: "reward \(format(told["reward/mean"] ?? 0)) mean, "
          + "\(format(told["reward/best"] ?? 0)) best"
      )
    }
    services.reporter.endProgress()
    return strategy
  }

  /// What architectures are worth as a member, in their order. Between two evaluations the run may save
  /// itself and stop.
  func measure(
    _ architectures: [Architecture],
    as member: Int,
    on set: ImageSet,
    against references: [[Int32]],
    precision: ComputePrecision = .float32,
    progress: (Int) -> Void = { _ in }
  ) throws -> [Reward.Measurement] {
    guard let evaluator else { throw RunError.unfinished("the supernet is not trained yet") }
    let order = try evaluator.expect(architectures, on: set, precision: precision)
    var measurements: [Int: Reward.Measurement] = [:]
    for (count, position) in order.enumerated() {
      measurements[position] = reward.measure(
        predictions: try evaluator.predictions(
          of: architectures[position],
          on: set,
          precision: precision
        ),
        labels: set.labels,
        references: references,
        budgetUse: budgetUse(architectures[position], as: member)
      )
      progress(count + 1)
      try pause()
    }
    return architectures.indices.compactMap { measurements[$0] }
  }

  /// Cost as a share of the member's budget.
  func budgetUse(_ architecture: Architecture, as member: Int) -> Double {
    Double(setting.costs.cost(of: architecture, in: setting.space.decisions))
      / Double(setting.budgets[member].limit)
  }

  func format(_ value: Double) -> String {
    let thousandths = Int((value * 10_000).rounded())
    let digits = String(abs(thousandths) % 10_000)
    return (thousandths < 0 ? "-" : "") + "\(abs(thousandths) / 10_000)."
      + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
