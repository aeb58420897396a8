/// The canonical assignments of a space that satisfy every restriction and every budget, as masks:
/// for a prefix of choices it tells which choices of the next decision can still be completed.
///
/// Exact by construction. Budgets are monotone (no choice costs less than the one before it), so
/// the cheapest completion of a prefix takes the lowest permitted choice everywhere, for all
/// budgets at once, and a choice is feasible if and only if its cheapest completion fits. A cursor
/// therefore never runs into a dead end, and an empty set is an error here, before any sampling.
///
/// ```swift
/// let set = try FeasibleSet(space, budgets: [.init(macs, limit: 5_000_000)])
/// var cursor = set.cursor()
/// while let decision = cursor.nextDecision {
///   cursor.choose(cursor.permitted.choices.randomElement(using: &stream)!)
/// }
/// print(cursor.assignment)
/// ```
public struct FeasibleSet: Sendable {
  /// Permits, for each decision, only some choices. `name` is what error messages call it.
  public struct Restriction: Sendable, Hashable {
    public var name: String
    public var permitted: [ChoiceSet]

    public init(name: String, permitted: [ChoiceSet]) {
      self.name = name
      self.permitted = permitted
    }
  }

  /// An upper bound, inclusive, on a cost.
  public struct Budget: Sendable, Hashable {
    public var table: CostTable
    public var limit: Int

    public init(_ table: CostTable, limit: Int) {
      self.table = table
      self.limit = limit
    }
  }

  public let space: DecisionSpace
  public let restrictions: [Restriction]
  public let budgets: [Budget]
  /// The intersection of the restrictions, per decision.
  public let permitted: [ChoiceSet]
  let bounds: [CompletionBound]

  /// Throws ``DecisionError/emptyFeasibleSet`` naming what conflicts, or
  /// ``DecisionError/invalidSpace`` when a table does not fit the space or is not monotone (see
  /// ``CostTable/monotoneEnvelope(in:)``).
  public init(
    _ space: DecisionSpace,
    restrictions: [Restriction] = [],
    budgets: [Budget] = []
  ) throws(DecisionError) {
    var permitted = space.decisions.map { ChoiceSet.all($0.choices.count) }
    var conflicts: [String] = []
    for restriction in restrictions {
      guard restriction.permitted.count == space.count else {
        throw .wrongLength(
          space: space.name,
          expected: space.count,
          found: restriction.permitted.count
        )
      }
      for index in permitted.indices {
        permitted[index].formIntersection(restriction.permitted[index])
      }
    }
    for index in permitted.indices where permitted[index].isEmpty {
      let sources = restrictions.filter {
        $0.permitted[index] != .all(space.decisions[index].choices.count)
      }
      conflicts.append(
        "\(sources.map(\.name).joined(separator: " and ")) leave no choice for the decision "
          + "'\(space.decisions[index].name)'"
      )
    }
    guard conflicts.isEmpty else {
      throw .emptyFeasibleSet(space: space.name, reasons: conflicts)
    }
    var bounds: [CompletionBound] = []
    for budget in budgets {
      try budget.table.validate(for: space)
      let bound = CompletionBound(budget.table, space: space, permitted: permitted)
      if bound.least > budget.limit {
        let reason =
          "\(budget.table.name) <= \(budget.limit) is below the least attainable, \(bound.least)"
        conflicts.append(
          restrictions.isEmpty
            ? reason : reason + ", under " + restrictions.map(\.name).joined(separator: " and ")
        )
      }
      bounds.append(bound)
    }
    guard conflicts.isEmpty else {
      throw .emptyFeasibleSet(space: space.name, reasons: conflicts)
    }
    self.space = space
    self.restrictions = restrictions
    self.budgets = budgets
    self.permitted = permitted
    self.bounds = bounds
  }

  /// Whether a canonical assignment lies in the set.
  public func contains(_ assignment: Assignment) -> Bool {
    guard let canonical = try? space.canonical(assignment.choices), canonical == assignment else {
      return false
    }
    for (index, choice) in assignment.choices.enumerated() where choice >= 0 {
      guard permitted[index].contains(choice: choice) else { return false }
    }
    return budgets.allSatisfy { $0.table.cost(of: assignment, in: space) <= $0.limit }
  }

  public func cursor() -> Cursor { Cursor(self) }

  /// A walk from the first decision to the last. Inactive decisions are passed over by themselves.
  public struct Cursor: Sendable {
    public let set: FeasibleSet
    public private(set) var choices: [Int] = []
    private var states: [CompletionBound.State]

    init(_ set: FeasibleSet) {
      self.set = set
      choices.reserveCapacity(set.space.count)
      states = set.bounds.map { $0.initialState }
      skipInactive()
    }

    /// Index of the decision to be made, or nil at the end.
    public var nextDecision: Int? { choices.count < set.space.count ? choices.count : nil }

    /// The choices of the next decision that can be completed. Never empty before the end.
    public var permitted: ChoiceSet {
      let decision = choices.count
      var result = set.permitted[decision]
      for (budget, bound) in set.bounds.enumerated() {
        let limit = set.budgets[budget].limit
        for choice in 0..<set.space.decisions[decision].choices.count
        where result.contains(choice: choice) {
          if bound.least(after: choice, of: decision, states[budget]) > limit {
            // Monotone: what is dearer does not fit either.
            result.formIntersection(.all(choice))
            break
          }
        }
      }
      return result
    }

    /// Makes the next decision. `choice` must be one of `permitted`.
    public mutating func choose(_ choice: Int) {
      precondition(
        permitted.contains(choice: choice),
        "the choice \(choice) is not permitted here"
      )
      advance(choice)
      skipInactive()
    }

    /// The finished assignment. Only at the end.
    public var assignment: Assignment {
      precondition(nextDecision == nil, "the assignment is not finished")
      return Assignment(choices)
    }

    private mutating func advance(_ choice: Int) {
      for budget in states.indices {
        set.bounds[budget].advance(&states[budget], decision: choices.count, choice: choice)
      }
      choices.append(choice)
    }

    private mutating func skipInactive() {
      while choices.count < set.space.count, !set.space.isActive(choices.count, given: choices) {
        advance(Assignment.inactive)
      }
    }
  }

  /// Every member, in lexicographic order, up to `limit` of them. For small spaces and tests.
  public func members(limit: Int = .max) -> [Assignment] {
    var result: [Assignment] = []
    func visit(_ cursor: Cursor) {
      guard result.count < limit else { return }
      guard cursor.nextDecision != nil else {
        result.append(cursor.assignment)
        return
      }
      for choice in cursor.permitted.choices {
        var next = cursor
        next.choose(choice)
        visit(next)
      }
    }
    visit(cursor())
    return result
  }

  /// The member with the lowest permitted choice everywhere: the cheapest under every budget.
  public var cheapest: Assignment {
    var cursor = cursor()
    while cursor.nextDecision != nil { cursor.choose(cursor.permitted.choices[0]) }
    return cursor.assignment
  }
}
