import Decisions
import Networks
import RandomStreams

/// Kinds of decisions, recognised by the last word of the name: `block3.kernel` chooses a kernel.
public struct ElasticKinds: OptionSet, Sendable, Hashable, Codable {
  public var rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let kernel = ElasticKinds(rawValue: 1)
  public static let depth = ElasticKinds(rawValue: 2)
  /// Expansion ratios and stage widths.
  public static let width = ElasticKinds(rawValue: 4)
  /// The resolution, and decisions of a space of one's own with other names.
  public static let other = ElasticKinds(rawValue: 8)
  public static let all: ElasticKinds = [.kernel, .depth, .width, .other]

  /// The kind of one decision.
  public init(_ decision: Decision) {
    switch decision.name.split(separator: ".").last {
    case "kernel": self = .kernel
    case "depth": self = .depth
    case "expand", "width": self = .width
    default: self = .other
    }
  }
}

extension SearchSpace {
  /// The kinds that the space has decisions of.
  public var elasticKinds: ElasticKinds {
    decisions.decisions.reduce(into: []) { $0.formUnion(ElasticKinds($1)) }
  }

  /// The architecture in which `pick` chooses for every decision of the kinds `elastic`, given the
  /// number of its choices, and all others take their last choice.
  package func architecture(
    varying elastic: ElasticKinds,
    _ pick: (_ count: Int) -> Int
  ) -> Architecture {
    var choices: [Int] = []
    for (index, decision) in decisions.decisions.enumerated() {
      guard decisions.isActive(index, given: choices) else {
        choices.append(Assignment.inactive)
        continue
      }
      let count = decision.choices.count
      choices.append(elastic.contains(ElasticKinds(decision)) ? pick(count) : count - 1)
    }
    return Architecture(choices)
  }
}

extension SearchSpace {
  /// An architecture with a uniformly drawn choice for every active decision, in order.
  public func uniformArchitecture(using random: inout RandomStream) -> Architecture {
    architecture(varying: .all) { random.uniform(below: $0) }
  }
}
