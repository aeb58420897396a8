import Decisions
import Networks
import RandomStreams
import SearchSpaces

/// The architectures that one training step visits.
///
/// By default the largest, the smallest and some random ones (the *sandwich rule*: Yu and Huang,
/// "Universally slimmable networks", ICCV 2019; Yu et al., "BigNAS", ECCV 2020).
struct SubnetSampler {
  var space: any SearchSpace
  /// Whether the largest and the smallest are among them.
  var sandwich = true
  var randomSubnets: Int
  var sampling = TrainingConfiguration.Sampling.uniform
  /// Step number `i` draws from substream `i`, whatever was drawn before.
  var random: RandomStream
  /// The one architecture to train, alone; nil for the others.
  var only: Architecture?

  enum Role: String {
    case largest, smallest, random
    /// The one architecture of a training that visits no other.
    case only

    /// Learns from the labels alone.
    var isFirst: Bool { self == .largest || self == .only }
  }

  struct Visit {
    var role: Role
    var architecture: Architecture
  }

  /// The largest first: the others may learn from it. With nothing `elastic` it is the only one.
  func subnets(at step: Int, elastic: ElasticKinds = .all) -> [Visit] {
    if let only { return [Visit(role: .only, architecture: only)] }
    guard !elastic.isEmpty else { return [Visit(role: .largest, architecture: space.largest)] }
    var random = random.substream(UInt64(step))
    var visits: [Visit] = []
    if sandwich {
      let smallest = space.architecture(varying: elastic) { _ in 0 }
      visits = [
        Visit(role: .largest, architecture: space.largest),
        Visit(role: .smallest, architecture: smallest),
      ]
    }
    for _ in 0..<randomSubnets {
      visits.append(Visit(role: .random, architecture: draw(elastic, using: &random)))
    }
    return visits
  }

  private func draw(_ elastic: ElasticKinds, using random: inout RandomStream) -> Architecture {
    switch sampling {
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
