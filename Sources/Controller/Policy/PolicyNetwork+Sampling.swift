import Decisions
import Foundation
import RandomStreams
import Torch

/// How choices are taken from a policy's distributions.
public enum SamplingRule: Sendable, Hashable {
  /// At random, at a temperature; nil for the configuration's. Below 1 is bolder, above 1 more varied.
  case random(temperature: Double? = nil)
  /// The most probable permitted choice of each decision, the first among equals.
  case greedy
}

extension PolicyNetwork {
  /// One assignment per task, all feasible. Nothing is recorded for autograd.
  ///
  /// Random choices invert the cumulative distribution at one uniform number of `stream` each,
  /// decision by decision and within a decision sequence by sequence.
  public func sample(
    _ tasks: [SearchTask],
    rule: SamplingRule = .random(),
    using stream: inout RandomStream
  ) throws -> [Assignment] {
    guard !tasks.isEmpty else { return [] }
    for task in tasks { try space.requireSame(task.set.space) }
    var temperature = configuration.temperature
    if case .random(let chosen?) = rule { temperature = chosen }
    try requirePositive(temperature, "the sampling temperature")
    var cursors = tasks.map { $0.set.cursor() }
    try TorchRuntime.withOneThread {
      try withoutGradient {
        try decide(
          &cursors,
          of: tasks,
          by: rule,
          temperature: temperature,
          using: &stream
        )
      }
    }
    return cursors.map(\.assignment)
  }

  /// Makes every decision of every sequence.
  private func decide(
    _ cursors: inout [FeasibleSet.Cursor],
    of tasks: [SearchTask],
    by rule: SamplingRule,
    temperature: Double,
    using stream: inout RandomStream
  ) throws {
    let table = try gateTable()
    let conditioning = try conditioningGates(
      tasks.flatMap(\.conditioning),
      batch: tasks.count
    )
    var state = try initialState(tasks.count)
    var tokens = [Int](repeating: 0, count: tasks.count)
    var isActive = [Bool](repeating: true, count: tasks.count)
    for decision in space.decisions.indices {
      for index in cursors.indices { isActive[index] = cursors[index].nextDecision == decision }
      guard isActive.contains(true) else { continue }
      var input = try table.rows(Tensor(tokens, shape: [tokens.count], device: device))
      if let conditioning { input = try input + conditioning }
      let activity =
        isActive.contains(false)
        ? try Tensor(isActive, shape: [isActive.count, 1], device: device) : nil
      state = try step(state, input: input, isActive: activity)
      let logits = try self.logits(state, decision: decision, temperature: temperature)
      let width = logits.count / tasks.count
      var weights = [Double](repeating: 0, count: width)
      for index in cursors.indices where isActive[index] {
        let permitted = cursors[index].permitted
        let own = logits[index * width..<(index + 1) * width]
        let choice =
          rule == .greedy
          ? Self.likeliest(own, permitted)
          : Self.draw(own, permitted, at: stream.uniform(), &weights)
        tokens[index] = vocabulary.token(decision: decision, choice: choice)
        cursors[index].choose(choice)
      }
    }
  }

  /// The shaped logits of one decision, `[batch, choices]` in row-major order.
  private func logits(
    _ state: CellState,
    decision: Int,
    temperature: Double
  ) throws -> [Float] {
    let width = space.decisions[decision].choices.count
    func own(_ parameter: Tensor) throws -> Tensor {
      try parameter.narrowed(0, from: decision, count: 1).narrowed(2, count: width)
        .reshaped([-1, width])
    }
    let raw = try state.hidden.matmul(own(headWeight)) + own(headBias)
    return try shaped(raw, temperature: temperature).array(Float.self)
  }

  private static func likeliest(_ logits: ArraySlice<Float>, _ permitted: ChoiceSet) -> Int {
    var best = permitted.rawValue.trailingZeroBitCount
    for choice in best..<logits.count where permitted.contains(choice: choice) {
      if logits[logits.startIndex + choice] > logits[logits.startIndex + best] { best = choice }
    }
    return best
  }

  /// The choice at which the cumulative distribution over `permitted` passes `uniform`.
  private static func draw(
    _ logits: ArraySlice<Float>,
    _ permitted: ChoiceSet,
    at uniform: Double,
    _ weights: inout [Double]
  ) -> Int {
    let greatest = logits[logits.startIndex + likeliest(logits, permitted)]
    var total = 0.0
    for choice in 0..<logits.count {
      let isPermitted = permitted.contains(choice: choice)
      weights[choice] =
        isPermitted ? exp(Double(logits[logits.startIndex + choice] - greatest)) : 0
      total += weights[choice]
    }
    var rest = uniform * total
    var last = 0
    for choice in 0..<logits.count where weights[choice] > 0 {
      last = choice
      rest -= weights[choice]
      if rest < 0 { break }
    }
    return last
  }
}
