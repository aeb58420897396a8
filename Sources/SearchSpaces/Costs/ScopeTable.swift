import Decisions
import Networks

/// The layers of one part for every combination of choices of the decisions it depends on.
struct ScopeTable {
  let part: NetworkPart
  /// Number of choices per decision of the scope.
  let radices: [Int]
  /// Row-major, the last decision of the scope fastest.
  let layers: [[Layer]]
  /// The choices that `layers` are for, as whole assignments; outside the scope all 0.
  let assignments: [Architecture]

  init(_ part: NetworkPart, in space: DecisionSpace) {
    self.part = part
    radices = part.scope.map { space.decisions[$0].choices.count }
    assignments = (0..<radices.reduce(1, *)).map { [radices] index in
      var rest = index
      var choices = [Int](repeating: 0, count: space.count)
      for (decision, radix) in zip(part.scope, radices).reversed() {
        choices[decision] = rest % radix
        rest /= radix
      }
      return Architecture(choices)
    }
    // The position only names tensors of extracted networks.
    layers = assignments.map { part.layers($0, 0) }
  }
}
