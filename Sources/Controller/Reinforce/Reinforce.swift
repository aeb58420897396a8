import Decisions
import Foundation
import RandomStreams
import Torch

/// The controller: a ``PolicyNetwork`` that learns by REINFORCE (Williams, "Simple statistical
/// gradient-following algorithms for connectionist reinforcement learning", 1992), or PPO, to propose
/// what is rewarded.
///
/// Per update, over the N outcomes of a rollout:
///
///     advantage[i] = (reward[i] - baseline[i]) / deviation
///     loss = -1/N sum of advantage[i] * logProbability[i]  -  weight/N * sum of entropy[i]
///
/// followed by one step of Adam on the gradient, its global norm clipped. `entropy[i]` is the sum
/// over the decisions of sequence i of the entropy of the distribution each was drawn from: a
/// differentiable regulariser, not part of the reward.
///
/// Given several tasks, proposals take them in turn, and one policy learns all of them.
public final class Reinforce: SearchStrategy {
  public let configuration: Configuration
  public let tasks: [SearchTask]
  public let policy: PolicyNetwork
  public private(set) var updates = 0
  public var rolloutSize: Int { configuration.rolloutSize }
  /// The best outcome told so far, of any task.
  public var best: Outcome? { ledger.best }
  private let optimizer: Adam
  private var estimator: AdvantageEstimator
  private var ledger: ProposalLedger
  private var stream: RandomStream

  /// All tasks are over the space of the first.
  public init(
    _ tasks: [SearchTask],
    configuration: Configuration = .init(),
    device: Device = .cpu,
    stream: RandomStream
  ) throws {
    guard let space = tasks.first?.set.space else {
      throw ControllerError.invalidConfiguration(
        name: "the list of tasks",
        reason: "is empty; a controller needs at least one"
      )
    }
    for task in tasks { try space.requireSame(task.set.space) }
    try requirePositive(configuration.rolloutSize, "the rollout size")
    try requirePositive(configuration.learningRate, "the learning rate")
    try requirePositive(configuration.gradientClip ?? 1, "the gradient clip")
    if let proximal = configuration.proximal {
      try requirePositive(proximal.epochs, "the number of proximal epochs")
      try requirePositive(proximal.clipping, "the proximal clipping")
    }
    self.configuration = configuration
    self.tasks = tasks
    self.stream = stream
    estimator = try AdvantageEstimator(
      baseline: configuration.baseline,
      normalization: configuration.normalization,
      tasks: tasks.count
    )
    var weights = stream.substream(0)
    policy = try PolicyNetwork(
      space,
      configuration: configuration.policy,
      device: device,
      using: &weights
    )
    optimizer = try Adam(policy.parameters)
    ledger = ProposalLedger(space)
  }

  public convenience init(
    _ set: FeasibleSet,
    configuration: Configuration = .init(),
    device: Device = .cpu,
    stream: RandomStream
  ) throws {
    try self.init([SearchTask(set)], configuration: configuration, device: device, stream: stream)
  }

  public func ask(_ count: Int) throws -> [Proposal] {
    try requirePositive(count, "the number of proposals asked for")
    let turns = (0..<count).map { (ledger.nextID + $0) % tasks.count }
    let assignments = try policy.sample(turns.map { tasks[$0] }, using: &stream)
    return zip(assignments, turns).map { ledger.issue($0, task: $1) }
  }

  public func tell(_ outcomes: [Outcome]) throws -> UpdateMetrics {
    var metrics = try ledger.settle(outcomes)
    guard !outcomes.isEmpty else { return metrics }
    let result = estimator.advantages(
      rewards: outcomes.map(\.reward),
      tasks: outcomes.map(\.proposal.task)
    )
    let sequences = outcomes.map { ($0.proposal.assignment, tasks[$0.proposal.task]) }
    let count = Double(outcomes.count)
    metrics["reward/baseline"] = result.baselines.reduce(0, +) / count
    metrics["advantage/deviation"] = result.spread
    let entropyWeight = configuration.entropyWeight.value(at: updates)
    metrics["policy/entropy_weight"] = entropyWeight
    try TorchRuntime.withOneThread {
      try updatePolicy(
        on: sequences,
        advantages: result.advantages,
        entropyWeight: entropyWeight,
        reportingTo: &metrics
      )
    }
    updates += 1
    if let best = ledger.best?.proposal {
      metrics["policy/probability_of_best"] = exp(
        try policy.logProbabilities([(best.assignment, tasks[best.task])])[0]
      )
    }
    return metrics
  }

  private func updatePolicy(
    on sequences: [(Assignment, SearchTask)],
    advantages: [Double],
    entropyWeight: Double,
    reportingTo metrics: inout UpdateMetrics
  ) throws {
    let advantages = try Tensor(
      advantages.map { Float($0) },
      shape: [advantages.count],
      device: policy.device
    )
    var before: Tensor?
    let epochs = configuration.proximal?.epochs ?? 1
    // The clipped surrogate stops pulling once a ratio is out of bounds, the entropy does not: in
    // full at every epoch it would outweigh the rewards.
    let regularizer = entropyWeight / Double(epochs)
    for epoch in 0..<epochs {
      let evaluation = try policy.evaluate(sequences)
      let gain = try gain(evaluation, advantages, before: before)
      try (-(gain + evaluation.entropy().mean() * regularizer)).backward()
      let norm = try clipGradients(
        policy.parameters.map(\.value),
        to: configuration.gradientClip
      )
      try optimizer.step(learningRate: configuration.learningRate)
      if let before, epoch == epochs - 1 { try recordShift(evaluation, from: before, &metrics) }
      guard epoch == 0 else { continue }
      before = try evaluation.logProbabilities.detached()
      metrics["policy/gradient_norm"] = norm
      try record(evaluation, count: sequences.count, &metrics)
    }
  }

  /// What the update raises, a scalar: the score-function estimate, or PPO's surrogate, whose
  /// gradient is the same while the policy is still the one that drew the rollout.
  func gain(
    _ evaluation: PolicyEvaluation,
    _ advantages: Tensor,
    before: Tensor? = nil
  ) throws -> Tensor {
    guard let proximal = configuration.proximal else {
      return try (evaluation.logProbabilities * advantages).mean()
    }
    let old = try before ?? evaluation.logProbabilities.detached()
    let ratio = try (evaluation.logProbabilities - old).exp()
    let clipped = try ratio.clamped(min: 1 - proximal.clipping)
      .clamped(max: 1 + proximal.clipping)
    return try (ratio * advantages).minimum(clipped * advantages).mean()
  }

  /// How far PPO's earlier epochs have moved the policy from the one that drew the rollout: the mean of
  /// `ratio - 1 - log(ratio)`, which estimates the Kullback-Leibler divergence without bias and with
  /// little variance (Schulman, "Approximating KL divergence", 2020), and the share of ratios out of
  /// bounds.
  private func recordShift(
    _ evaluation: PolicyEvaluation,
    from before: Tensor,
    _ metrics: inout UpdateMetrics
  ) throws {
    let differences = try (evaluation.logProbabilities.detached() - before)
      .to(.float64, device: .cpu).array(Double.self)
    let (count, clipping) = (Double(differences.count), configuration.proximal?.clipping ?? 0)
    metrics["policy/approximate_kl"] =
      differences.reduce(0) { $0 + (exp($1) - 1 - $1) } / count
    metrics["policy/clip_fraction"] =
      Double(differences.count { abs(exp($0) - 1) > clipping }) / count
  }

  /// Entropies before the update: of whole sequences, and of each decision over the sequences in
  /// which it is active.
  private func record(
    _ evaluation: PolicyEvaluation,
    count: Int,
    _ metrics: inout UpdateMetrics
  ) throws {
    let entropies = try evaluation.entropies.to(.float64, device: .cpu).array(Double.self)
    metrics["policy/entropy"] = entropies.reduce(0, +) / Double(count)
    for (index, decision) in policy.space.decisions.enumerated() {
      let places = index * count..<(index + 1) * count
      let active = evaluation.isActive[places].count { $0 }
      guard active > 0 else { continue }
      metrics["policy/entropy/\(decision.name)"] =
        entropies[places].reduce(0, +) / Double(active)
    }
  }

  public func state() throws -> [String: Tensor] {
    var state = StrategyState()
    try ledger.store(in: &state)
    try estimator.store(in: &state)
    try state.set("stream", stream)
    try state.set("reinforce/updates", [updates])
    state.set(try policy.state(), under: "policy/")
    state.set(try optimizer.state(), under: "adam/")
    return state
  }

  public func restore(_ state: [String: Tensor]) throws {
    let before = try self.state()
    do {
      try takeOver(state)
    } catch {
      // The state was incomplete: nothing of it may stay.
      try takeOver(before)
      throw error
    }
  }

  /// Goes on with the policy that a stored state holds, and with its optimiser, as if this search
  /// began anew from there: what was proposed, the baseline and the schedules stay this search's own.
  ///
  /// Throws ``ControllerError/invalidState(key:reason:)`` when the state is of another kind of
  /// policy; then nothing has changed.
  public func adoptPolicy(of state: [String: Tensor]) throws {
    let before = try self.state()
    do {
      try policy.restore(state.entries(under: "policy/"))
      try optimizer.restore(state.entries(under: "adam/"))
    } catch {
      try takeOver(before)
      throw error
    }
  }

  /// The policy's most probable assignment for the first task, and draws from it.
  public func finalSamples(_ count: Int, stream: RandomStream) throws -> [Assignment] {
    var stream = stream
    let greedy = try policy.sample([tasks[0]], rule: .greedy, using: &stream)
    let draws = try policy.sample(
      [SearchTask](repeating: tasks[0], count: max(0, count - 1)),
      using: &stream
    )
    return greedy + draws
  }

  private func takeOver(_ state: StrategyState) throws {
    try ledger.restore(from: state, tasks: tasks.count)
    try estimator.restore(from: state)
    stream = try state.stream("stream")
    updates = try state.counter("reinforce/updates")
    try policy.restore(state.entries(under: "policy/"))
    try optimizer.restore(state.entries(under: "adam/"))
  }
}
