/// The least cost that any completion of a prefix of choices can have, kept up to date decision by
/// decision in time proportional to the number of terms the decision occurs in.
struct CompletionBound: Sendable {
  /// One term: `least[k][i]` is its value when the first `k` decisions of its scope took the
  /// choices that row-major index `i` encodes, and each of the rest takes its lowest permitted
  /// choice, or reads as choice 0 if it is inactive then.
  private struct BoundTerm: Sendable {
    var radices: [Int]
    var least: [[Int]]
  }

  struct State: Sendable {
    var total: Int
    /// Row-major index of the choices made so far, per term.
    var index: [Int]
  }

  private let terms: [BoundTerm]
  /// For each decision, the terms it occurs in and its position in their scopes.
  private let occurrences: [[(term: Int, position: Int)]]
  let initialState: State
  var least: Int { initialState.total }

  init(_ table: CostTable, space: DecisionSpace, permitted: [ChoiceSet]) {
    var occurrences = [[(term: Int, position: Int)]](repeating: [], count: space.count)
    terms = table.terms.enumerated().map { number, term in
      let radices = term.scope.map { space.decisions[$0].choices.count }
      for (position, decision) in term.scope.enumerated() {
        occurrences[decision].append((number, position))
      }
      var least = [term.values]
      for (position, radix) in radices.enumerated().reversed() {
        let lowest = permitted[term.scope[position]].rawValue.trailingZeroBitCount
        let longer = least[least.count - 1]
        least.append(
          (0..<longer.count / radix).map { prefix in
            let isActive = term.isActive(position, after: prefix, radices: radices, in: space)
            return longer[prefix * radix + (isActive ? lowest : 0)]
          }
        )
      }
      return BoundTerm(radices: radices, least: least.reversed())
    }
    self.occurrences = occurrences
    initialState = State(
      total: terms.reduce(table.constant) { $0 + $1.least[0][0] },
      index: [Int](repeating: 0, count: terms.count)
    )
  }

  func least(after choice: Int, of decision: Int, _ state: State) -> Int {
    var total = state.total
    for (term, position) in occurrences[decision] {
      let now = state.index[term]
      let then = now * terms[term].radices[position] + max(0, choice)
      total += terms[term].least[position + 1][then] - terms[term].least[position][now]
    }
    return total
  }

  func advance(_ state: inout State, decision: Int, choice: Int) {
    state.total = least(after: choice, of: decision, state)
    for (term, position) in occurrences[decision] {
      state.index[term] = state.index[term] * terms[term].radices[position] + max(0, choice)
    }
  }
}
