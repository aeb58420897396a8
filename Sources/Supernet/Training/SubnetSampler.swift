import Decisions
import RandomStreams
import SearchSpaces

/// The architectures that one training step visits (the *sandwich rule*: Yu and Huang, "Universally
/// slimmable networks", ICCV 2019; Yu et al., "BigNAS", ECCV 2020).
struct SubnetSampler {
  var space: any SearchSpace
  var randomSubnets: Int
  /// Step number `i` draws from substream `i`, whatever was drawn before.
  var random: RandomStream

  /// The one architecture to train, alone; nil for the sandwich.
  var only: Architecture?

  enum Role: String {
    case largest, smallest, random
    /// The one architecture of a training that visits no other.
    case only
  }

  /// The largest first: the others may learn from it.
  func subnets(at step: Int) -> [(role: Role, architecture: Architecture)] {
    if let only { return [(.only, only)] }
    var random = random.substream(UInt64(step))
    return [(.largest, space.largest), (.smallest, space.smallest)]
      + (0..<randomSubnets).map { _ in (.random, space.uniformArchitecture(using: &random)) }
  }
}

extension SearchSpace {
  /// An architecture with a uniformly drawn choice for every active decision, in order.
  public func uniformArchitecture(using random: inout RandomStream) -> Architecture {
    var choices: [Int] = []
    for (index, decision) in decisions.decisions.enumerated() {
      choices.append(
        decisions.isActive(index, given: choices)
          ? random.uniform(below: decision.choices.count) : Assignment.inactive
      )
    }
    return Architecture(choices)
  }
}
