import Controller
import Decisions
import RandomStreams
import Torch

/// The strategy that a configuration names, over a member's feasible set.
public func makeStrategy(
  _ configuration: RunConfiguration, over set: FeasibleSet, member: Int
) throws -> any SearchStrategy {
  let stream = RandomStream(seed: configuration.seed, name: "controller.\(member)")
  switch configuration.controller.strategy {
  case .reinforce, .ppo:
    // The policy is small: on a GPU it would wait for launches, not compute.
    return try Reinforce(
      set, configuration: configuration.controller.reinforce, device: .cpu, stream: stream)
  case .random: return RandomSearch(set, stream: stream)
  case .evolution: return try RegularizedEvolution(set, stream: stream)
  case .local: return LocalSearch(set, stream: stream)
  }
}

extension RunConfiguration.Controller {
  var reinforce: Reinforce.Configuration {
    var result = Reinforce.Configuration()
    result.policy.hiddenSize = hiddenUnits
    result.policy.temperature = temperature
    result.policy.tanhClipping = tanhConstant > 0 ? tanhConstant : nil
    result.rolloutSize = rollout
    result.learningRate = learningRate
    switch baseline {
    case .none: result.baseline = .none
    case .movingAverage: result.baseline = .movingAverage(decay: baselineDecay)
    case .leaveOneOut: result.baseline = .leaveOneOut
    }
    result.entropyWeight = .init(from: entropyWeight, to: 0, over: updates)
    result.gradientNormLimit = gradientClip > 0 ? gradientClip : nil
    result.proximal = strategy == .ppo ? .init() : nil
    return result
  }
}

extension SearchStrategy {
  /// Architectures for the final family: the policy's most probable one, and draws from it. Rivals
  /// have no distribution to draw from: what they have seen is all they give.
  func finalSamples(
    _ count: Int, within set: FeasibleSet, random stream: RandomStream
  ) throws -> [Assignment] {
    guard let controller = self as? Reinforce else { return [] }
    var stream = stream
    let task = SearchTask(set)
    let greedy = try controller.policy.sample([task], rule: .greedy, using: &stream)
    let draws = try controller.policy.sample(
      [SearchTask](repeating: task, count: max(0, count - 1)), using: &stream)
    return greedy + draws
  }
}
