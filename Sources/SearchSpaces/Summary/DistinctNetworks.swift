import Decisions
import Networks

/// How many different networks a space has.
///
/// Different architectures can describe the same network where rounding gives two choices the same
/// channels. Choices that are the same in every context are counted once.
public struct DistinctNetworks: Sendable, Hashable {
  /// Number of canonical architectures.
  public var architectures: UInt128
  /// Number of networks.
  public var networks: UInt128
  /// False if some choices coincide in some contexts only; `networks` is then an upper bound.
  public var isExact: Bool
  /// Decisions some of whose choices coincide: `stem.width1: 0.65 = 0.8`.
  public var coincidences: [String]
}

extension SearchSpace {
  /// Counts the different networks. Takes time proportional to the parts, not to the networks.
  public func distinctNetworks() throws(DecisionError) -> DistinctNetworks {
    let tables = parts.map { ScopeTable($0, in: decisions) }
    let conditioning = Set(decisions.decisions.flatMap { $0.conditions.map(\.decision) })
    var coincidences: [String] = []
    // Per decision, the class of each choice.
    var classes = decisions.decisions.map { Array($0.choices.indices) }
    for (index, decision) in decisions.decisions.enumerated()
    where !conditioning.contains(index) && index != input.resolution.decision {
      for choice in decision.choices.indices.dropFirst()
      where tables.allSatisfy({ $0.isSame(index, choice - 1, choice) }) {
        classes[index][choice] = classes[index][choice - 1]
        coincidences.append(
          "\(decision.name): \(decision.choices[choice - 1]) = \(decision.choices[choice])"
        )
      }
    }
    var merged = decisions.decisions
    for index in merged.indices {
      merged[index].choices = classes[index].indices.filter { classes[index][$0] == $0 }
        .map { merged[index].choices[$0] }
    }
    return DistinctNetworks(
      architectures: decisions.assignmentCount,
      networks: try DecisionSpace(name: name, decisions: merged).assignmentCount,
      isExact: tables.allSatisfy { $0.isInjective(classes, in: decisions) },
      coincidences: coincidences
    )
  }
}

extension ScopeTable {
  /// Whether two neighbouring choices of a decision give the same layers in every context.
  fileprivate func isSame(_ decision: Int, _ first: Int, _ second: Int) -> Bool {
    guard let position = part.scope.firstIndex(of: decision) else { return true }
    let stride = radices[(position + 1)...].reduce(1, *)
    return layers.indices.allSatisfy { index in
      index / stride % radices[position] != second
        || layers[index] == layers[index - (second - first) * stride]
    }
  }

  /// Whether the layers tell apart all combinations of classes of choices.
  fileprivate func isInjective(_ classes: [[Int]], in space: DecisionSpace) -> Bool {
    var seen: [[Layer]: [Int]] = [:]
    for (assignment, layers) in zip(assignments, layers) where !layers.isEmpty {
      let key = part.scope.map { classes[$0][assignment[$0]] }
      // A stage's depth matters to a block only by whether the block exists.
      let choices = zip(part.scope, key).map { decision, choice in
        space.decisions.contains { $0.conditions.contains { $0.decision == decision } } ? 0 : choice
      }
      if let other = seen[layers], other != choices { return false }
      seen[layers] = choices
    }
    return true
  }
}
