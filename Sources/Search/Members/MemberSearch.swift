import Configuration
import Controller
import Evaluation
import Networks
import Runs
import SearchSpaces
import Torch

/// The second stage: for each budget, smallest first, train a controller and choose a member.
final class MemberSearch: RunStage {
  static let phase = "members"

  private let context: RunContext
  private var progress = MemberProgress()

  init(_ context: RunContext) { self.context = context }

  func run(_ products: inout RunProducts) throws {
    let supernet = try products.trainedSupernet(of: context.folder)
    for member in progress.chosen.count..<context.setting.budgets.count {
      let task = MemberTask(
        context: context,
        supernet: supernet,
        index: member,
        smaller: progress.chosen
      )
      if member > 0, task.hasOnlyOneNetwork {
        context.reporter.note(
          "warning: member \(member + 1) has one network within its budget and containing the smaller "
            + "members: there is nothing to search"
        )
      }
      let strategy = try trainController(task)
      let chosen = try task.choose(
        from: strategy,
        seen: progress.seen(by: member),
        settings: FamilySettings(context.configuration)
      )
      progress.finishMember(chosen.architecture, controller: try strategy.state())
      context.reporter.note(
        "member \(member + 1): \(context.setting.space.code(chosen.architecture)), "
          + "reward \(fourDecimals(chosen.measurement.reward)) on the search split"
      )
      try context.save()
    }
    products.members = ChosenMembers(progress)
  }

  func store(in checkpoint: inout Checkpoint) throws {
    checkpoint.set(try progress.state(), under: "members/")
  }

  func restore(
    from checkpoint: Checkpoint,
    isDone: Bool,
    products: inout RunProducts
  ) throws {
    progress = try MemberProgress(restoring: checkpoint, under: "members/")
    if isDone { products.members = ChosenMembers(progress) }
  }

  private func trainController(_ task: MemberTask) throws -> any SearchStrategy {
    let (keys, search) = (context.configuration.controller, context.configuration.search)
    var strategy = try task.makeStrategy()
    var entropy: Double?
    if let state = progress.strategy {
      try strategy.restore(state)
    } else if keys.sharing == .conditioned, let last = progress.controllers.last {
      try strategy.adoptPolicy(of: last)
    }
    let set = context.setting.images.reward
    let references = try task.references(on: set, precision: search.precision)
    // A checkpoint taken inside a rollout holds the state before it, and the predictions made since:
    // after resuming, the same rollout is asked for again and mostly known.
    progress.strategy = try strategy.state()
    while progress.update < keys.updates {
      var measurements: [Reward.Measurement] = []
      let round = try strategy.round(keys.rollout) { proposals in
        measurements = try task.measure(
          proposals.map(\.assignment),
          on: set,
          against: references,
          precision: search.precision
        )
        return measurements.map(\.reward)
      }
      progress.finishUpdate(
        of: task.index,
        zip(round.outcomes, measurements).map { ($0.proposal.assignment, $1) },
        strategy: try strategy.state()
      )
      report(round.metrics, of: task.index)
      entropy = round.metrics["policy/entropy"]
    }
    context.reporter.endProgress()
    if let entropy { noteConstantPolicy(of: task, entropy: entropy) }
    return strategy
  }

  /// A policy without entropy proposes one network for ever: sampling from it finds nothing else.
  private func noteConstantPolicy(of task: MemberTask, entropy: Double) {
    // Not a number where weights are none; below 0 by rounding alone.
    guard !(entropy > 1e-6), !task.hasOnlyOneNetwork else { return }
    context.reporter.note(
      "warning: controller \(task.index + 1) ended with a policy that proposes one network only "
        + "(entropy \(fourDecimals(entropy))); a lower controller.learningRate, a higher "
        + "controller.entropyWeight or a controller.temperature nearer to 1 keeps it open"
    )
  }

  private func report(_ update: UpdateMetrics, of member: Int) {
    context.metrics.append(
      phase: "controller-\(member + 1)",
      step: progress.update,
      update.entries.map { ($0.name, $0.value) }
    )
    context.reporter.progress(
      "controller \(member + 1) of \(context.setting.budgets.count)",
      done: progress.update,
      total: context.configuration.controller.updates,
      unit: "updates",
      detail: "reward \(fourDecimals(update["reward/mean"] ?? 0)) mean, "
        + "\(fourDecimals(update["reward/best"] ?? 0)) best"
    )
  }
}

extension ChosenMembers {
  fileprivate init(_ progress: MemberProgress) {
    self.init(
      architectures: progress.chosen,
      controllers: progress.controllers,
      history: progress.history
    )
  }
}
