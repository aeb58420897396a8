extension CostTable {
  /// Checks what exact masks rest on: the terms fit the space, no choice is cheaper than the one
  /// before it, and whether a decision of a term exists is settled by the term's own decisions, in
  /// such a way that larger choices only ever add decisions.
  func validate(for space: DecisionSpace) throws(DecisionError) {
    for term in terms {
      let ascending = zip(term.scope, term.scope.dropFirst()).allSatisfy(<)
      guard ascending, term.scope.allSatisfy(space.decisions.indices.contains),
        term.values.count == term.size(in: space)
      else {
        throw .invalidSpace(
          space: space.name,
          reason: "a term of the cost '\(name)' does not fit the decisions"
        )
      }
      for condition in term.scope.flatMap({ space.decisions[$0].conditions }) {
        let choices = space.decisions[condition.decision].choices.count
        let lowest = condition.choices.rawValue.trailingZeroBitCount
        guard term.scope.contains(condition.decision),
          condition.choices == .atLeast(lowest, of: choices)
        else {
          throw .invalidSpace(
            space: space.name,
            reason: "a term of the cost '\(name)' depends on a decision that exists only under "
              + "'\(space.decisions[condition.decision].name)'; that one must be in the term too, and "
              + "the condition must hold from some choice on"
          )
        }
      }
      guard term.isMonotone(in: space) else {
        throw .invalidSpace(
          space: space.name,
          reason: "the cost '\(name)' falls when a choice grows; budgets need monotone costs"
        )
      }
    }
  }

  /// The least monotone table that is nowhere below this one: each entry becomes the largest of
  /// those with no larger choices. Makes a measured (noisy) latency usable as a budget, on the safe
  /// side.
  public func monotoneEnvelope(in space: DecisionSpace) -> CostTable {
    var result = self
    for index in result.terms.indices { result.terms[index].raiseToMonotone(in: space) }
    return result
  }
}

extension CostTable.Term {
  func size(in space: DecisionSpace) -> Int {
    scope.reduce(1) { $0 * space.decisions[$1].choices.count }
  }

  /// Whether the decision at `position` of the scope exists, when the ones before it took the choices
  /// that the row-major index `prefix` encodes.
  func isActive(_ position: Int, after prefix: Int, radices: [Int], in space: DecisionSpace) -> Bool
  {
    space.decisions[scope[position]].conditions.allSatisfy { condition in
      guard let parent = scope.firstIndex(of: condition.decision) else { return false }
      let earlier = prefix / radices[(parent + 1)..<position].reduce(1, *)
      return condition.choices.contains(choice: earlier % radices[parent])
        && isActive(parent, after: earlier / radices[parent], radices: radices, in: space)
    }
  }

  /// Calls `body` with every pair of entries that differ by one step of one decision.
  private func forEachStep(in space: DecisionSpace, _ body: (_ lower: Int, _ upper: Int) -> Void) {
    var stride = 1
    for decision in scope.reversed() {
      let radix = space.decisions[decision].choices.count
      for index in values.indices where index / stride % radix > 0 { body(index - stride, index) }
      stride *= radix
    }
  }

  func isMonotone(in space: DecisionSpace) -> Bool {
    var monotone = true
    forEachStep(in: space) { if values[$0] > values[$1] { monotone = false } }
    return monotone
  }

  mutating func raiseToMonotone(in space: DecisionSpace) {
    var raised = values
    // Steps of one decision come in ascending order, so one sweep per decision is enough.
    forEachStep(in: space) { raised[$1] = max(raised[$1], raised[$0]) }
    values = raised
  }
}
