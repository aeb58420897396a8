import Decisions
import Networks

/// A decision in which one architecture is larger than another that should contain it.
public struct ContainmentViolation: Sendable, Hashable, Codable, CustomStringConvertible {
  public var decision: String
  /// The choice of the architecture to be contained.
  public var small: String
  /// The choice of the architecture that should contain it; nil where it lacks what is decided.
  public var large: String?

  public init(decision: String, small: String, large: String?) {
    self.decision = decision
    self.small = small
    self.large = large
  }

  public var description: String {
    large.map { "\(decision): \(small) does not fit in \($0)" }
      ?? "\(decision): \(small) does not fit, since the larger network has no such block"
  }
}

/// Containment by decisions: every decision that the small architecture makes about its weights,
/// the large one makes at least as large.
///
/// It implies containment of the weights themselves (``NetworkDescription/uncoveredWeights(of:)``),
/// because networks use leading slices and channels grow with every decision. In the mobile spaces
/// as published the converse holds too. In ResNet it does not, for two reasons: hidden channels
/// follow width times ratio, so a wider stage with a smaller ratio can still cover a block; and
/// rounding gives some choices the same channels (the published inner stem at widths 0.65 and 0.8).
/// Decisions are the stricter rule, and the one searches use. The resolution touches no weight and
/// plays no part.
extension SearchSpace {
  /// The decisions that weights depend on, ascending.
  public var weightDecisions: [Int] { Set(parts.flatMap(\.scope)).sorted() }

  /// Where `large` fails to contain `small`, in the order of the decisions. Both canonical.
  public func violations(
    _ large: Architecture,
    containing small: Architecture
  ) -> [ContainmentViolation] {
    weightDecisions.compactMap { index in
      guard small[index] > large[index] else { return nil }
      let decision = decisions.decisions[index]
      return ContainmentViolation(
        decision: decision.name,
        small: decision.choices[small[index]],
        large: large[index] >= 0 ? decision.choices[large[index]] : nil
      )
    }
  }

  public func contains(_ large: Architecture, _ small: Architecture) -> Bool {
    weightDecisions.allSatisfy { large[$0] >= small[$0] }
  }

  /// Permits exactly the architectures that contain every one of `members`.
  public func restriction(
    containing members: [Architecture],
    name: String = "containment of the smaller members"
  ) -> FeasibleSet.Restriction {
    var least = [Int](repeating: 0, count: decisions.count)
    for index in weightDecisions {
      least[index] = members.reduce(0) { max($0, $1[index]) }
    }
    return FeasibleSet.Restriction(
      name: name,
      permitted: zip(least, decisions.decisions).map { .atLeast($0, of: $1.choices.count) }
    )
  }

  /// The smallest architecture that contains both.
  public func join(_ first: Architecture, _ second: Architecture) throws -> Architecture {
    try decisions.canonical(zip(first.choices, second.choices).map { max($0, $1) })
  }
}
