import Configuration
import Controller
import Decisions
import RandomStreams
import Torch

/// The strategy that a configuration names, over a member's feasible set.
///
/// `conditioning` tells a controller which member it searches, where one policy goes from member to
/// member; baseline strategies need none.
package func makeStrategy(
  _ configuration: RunConfiguration,
  over set: FeasibleSet,
  member: Int,
  conditioning: [Double] = []
) throws -> any SearchStrategy {
  let stream = controllerStream(configuration, member)
  switch configuration.controller.strategy {
  case .reinforce, .ppo:
    return try makeController(
      configuration,
      tasks: [SearchTask(set, conditioning: conditioning)],
      member: member
    )
  case .random: return RandomSearch(set, stream: stream)
  case .evolution: return try RegularizedEvolution(set, stream: stream)
  case .local: return LocalSearch(set, stream: stream)
  }
}

/// One controller for one or several tasks, all of them conditioned on as many numbers.
package func makeController(
  _ configuration: RunConfiguration,
  tasks: [SearchTask],
  member: Int
) throws -> Reinforce {
  var settings = configuration.controller.reinforce
  settings.policy.conditioningSize = tasks.first?.conditioning.count ?? 0
  // The policy is small: on a GPU it would wait for launches, not compute.
  return try Reinforce(
    tasks,
    configuration: settings,
    device: .cpu,
    stream: controllerStream(configuration, member)
  )
}

private func controllerStream(_ configuration: RunConfiguration, _ member: Int) -> RandomStream {
  RandomStream(seed: configuration.seed, name: "controller.\(member)")
}

extension RunConfiguration.Controller {
  var reinforce: Reinforce.Configuration {
    var result = Reinforce.Configuration()
    result.policy.hiddenSize = hiddenSize
    result.policy.temperature = temperature
    result.policy.tanhConstant = tanhConstant > 0 ? tanhConstant : nil
    result.rolloutSize = rollout
    result.learningRate = learningRate
    switch baseline {
    case .none: result.baseline = .none
    case .movingAverage: result.baseline = .movingAverage(decay: baselineDecay)
    case .leaveOneOut: result.baseline = .leaveOneOut
    }
    result.entropyWeight = .init(
      from: entropyWeight,
      to: finalEntropyWeight,
      over: updates
    )
    result.gradientClip = gradientClip > 0 ? gradientClip : nil
    result.proximal = strategy == .ppo ? .init() : nil
    return result
  }
}
