import Decisions
import Torch

/// What a policy says about given assignments.
public struct PolicyEvaluation {
  /// Log-probability of each sequence, `[batch]`. Differentiable.
  public let logProbabilities: Tensor
  /// Entropy, in nats, of the distribution that each decision was drawn from, `[decisions, batch]`;
  /// 0 where inactive. Differentiable.
  public let entropies: Tensor
  /// `[decisions, batch]`
  public let isActive: [Bool]

  /// Summed over decisions, `[batch]`. Its mean over sequences drawn from the policy estimates the
  /// entropy of the policy's distribution over whole assignments.
  public func entropy() throws -> Tensor { try entropies.sum([0]) }
}

extension PolicyNetwork {
  /// Log-probabilities and entropies of any feasible assignments, each under the masks of its task.
  ///
  /// Throws ``ControllerError/infeasible(assignment:)`` for an assignment outside its task's set.
  /// `temperature` nil takes the configuration's.
  public func evaluate(
    _ sequences: [(assignment: Assignment, task: SearchTask)],
    temperature: Double? = nil
  ) throws -> PolicyEvaluation {
    try requirePositive(sequences.count, "the number of sequences to evaluate")
    let batch = try PolicyBatch(sequences, vocabulary: vocabulary)
    let shape = [space.count, batch.size]
    let active = try Tensor(batch.isActive, shape: shape + [1], device: device)
    let states = try hiddenStates(batch, active)
    let logits = try shaped(
      states.matmul(headWeight) + headBias,
      temperature: temperature ?? configuration.temperature
    )
    let masked = try Tensor(batch.isMasked, shape: shape + [vocabulary.widest], device: device)
    let logs = try logits.filled(where: masked, with: -.infinity).logSoftmax(2)
    let chosen = try Tensor(batch.choices, shape: shape + [1], device: device)
    let activity = try active.reshaped(shape).to(.float32)
    let entropies = try -(logs.exp() * logs.filled(where: masked, with: 0)).sum([2]) * activity
    return PolicyEvaluation(
      logProbabilities: try (logs.gathered(2, chosen).reshaped(shape) * activity).sum([0]),
      entropies: entropies,
      isActive: batch.isActive
    )
  }

  /// Log-probability of each assignment as numbers.
  public func logProbabilities(
    _ sequences: [(assignment: Assignment, task: SearchTask)],
    temperature: Double? = nil
  ) throws -> [Double] {
    try TorchRuntime.withOneThread {
      try withoutGradient {
        try evaluate(sequences, temperature: temperature).logProbabilities
          .to(.float64, device: .cpu).array(Double.self)
      }
    }
  }

  /// The state each decision is made from, `[decisions, batch, hidden]`.
  private func hiddenStates(_ batch: PolicyBatch, _ active: Tensor) throws -> Tensor {
    let tokens = try Tensor(batch.tokens, shape: [batch.tokens.count], device: device)
    let inputs = try gateTable().rows(tokens)
    let conditioning = try conditioningGates(batch.conditioning, batch: batch.size)
    var state = try initialState(batch.size)
    var states: [Tensor] = []
    for decision in space.decisions.indices {
      let places = decision * batch.size..<(decision + 1) * batch.size
      var input = try inputs.narrowed(0, from: places.lowerBound, count: batch.size)
      if let conditioning { input = try input + conditioning }
      let someInactive = batch.isActive[places].contains(false)
      let isActive =
        someInactive ? try active.narrowed(0, from: decision, count: 1).reshaped([-1, 1]) : nil
      state = try step(state, input: input, isActive: isActive)
      states.append(state.hidden)
    }
    return try Tensor.stacked(states)
  }
}
