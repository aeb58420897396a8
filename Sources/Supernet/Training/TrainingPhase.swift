import Decisions
import SearchSpaces

/// A stretch of a training with its own learning-rate schedule, in which some kinds of decisions are
/// *elastic* (subnets differ in them) and the others stay at their largest choice.
public struct TrainingPhase: Sendable, Hashable, Codable {
  /// What files and logs call it.
  public var name: String
  public var steps: Int
  /// The peak; nil for the training's.
  public var learningRate: Double?
  /// None: the largest network alone is trained.
  public var elastic: ElasticKinds
  /// Before the first step hidden channels are put in order of importance, so that narrow networks
  /// start from the channels that matter (``Supernet/sortChannels()``).
  public var sortsChannels: Bool

  public init(
    _ name: String,
    steps: Int,
    learningRate: Double? = nil,
    elastic: ElasticKinds = .all,
    sortsChannels: Bool = false
  ) {
    self.name = name
    self.steps = steps
    self.learningRate = learningRate
    self.elastic = elastic
    self.sortsChannels = sortsChannels
  }
}

/// Kinds of decisions, told by the last word of a decision's name: `block3.kernel` chooses a kernel.
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
  func architecture(
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
