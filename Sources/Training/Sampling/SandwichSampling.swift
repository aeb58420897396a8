import Decisions
import Networks
import RandomStreams
import SearchSpaces

/// The largest, the smallest and some random networks of a space in every step: the *sandwich rule*
/// (Yu and Huang, "Universally slimmable networks", ICCV 2019; Yu et al., "BigNAS", ECCV 2020). Where
/// nothing is elastic, the largest alone.
public struct SandwichSampling: SubnetSampling {
  let space: any SearchSpace
  /// Whether every step visits the largest and the smallest.
  let sandwich: Bool
  let randomSubnets: Int
  let rule: TrainingConfiguration.Sampling
  /// Step number `i` draws from substream `i`, whatever was drawn before.
  let random: RandomStream

  public init(
    _ space: any SearchSpace,
    sandwich: Bool = true,
    randomSubnets: Int,
    drawn rule: TrainingConfiguration.Sampling = .uniform,
    random: RandomStream
  ) {
    self.space = space
    self.sandwich = sandwich
    self.randomSubnets = randomSubnets
    self.rule = rule
    self.random = random
  }

  public func visits(at step: Int, in phase: TrainingPhase) -> [SubnetVisit] {
    let elastic = phase.elastic
    guard !elastic.isEmpty else { return [SubnetVisit(.largest, space.largest)] }
    var random = random.substream(UInt64(step))
    var visits: [SubnetVisit] = []
    if sandwich {
      visits = [
        SubnetVisit(.largest, space.largest),
        SubnetVisit(.smallest, space.architecture(varying: elastic) { _ in 0 }),
      ]
    }
    for _ in 0..<randomSubnets {
      visits.append(SubnetVisit(.random, draw(elastic, using: &random)))
    }
    return visits
  }

  private func draw(_ elastic: ElasticKinds, using random: inout RandomStream) -> Architecture {
    switch rule {
    case .uniform:
      return space.architecture(varying: elastic) { random.uniform(below: $0) }
    case .spread:
      let level = random.uniform()
      return space.architecture(varying: elastic) { count in
        (1..<max(1, count)).count { _ in random.uniform() < level }
      }
    }
  }
}
