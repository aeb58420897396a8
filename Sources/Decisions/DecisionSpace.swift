/// A sequence of categorical decisions: everything a search strategy knows about a problem.
///
/// ```swift
/// let space = try DecisionSpace(
///   name: "sandwich",
///   decisions: [
///     Decision("bread", choices: ["rye", "wheat"]),
///     Decision("filled", choices: ["no", "yes"]),
///     Decision(
///       "filling", choices: ["cheese", "ham", "egg"],
///       conditions: [.init(decision: 1, in: ChoiceSet([1]))]),
///   ])
/// ```
public struct DecisionSpace: Sendable, Hashable, Codable {
  public let name: String
  public let decisions: [Decision]

  /// Throws ``DecisionError`` when a decision has no choices or more than 64, a name occurs twice,
  /// or a condition points at itself, forward, or at choices that do not exist.
  public init(name: String, decisions: [Decision]) throws(DecisionError) {
    var names: Set<String> = []
    for (index, decision) in decisions.enumerated() {
      guard (1...64).contains(decision.choices.count) else {
        throw .invalidSpace(
          space: name,
          reason: "decision '\(decision.name)' has \(decision.choices.count) choices; 1 to 64 fit"
        )
      }
      guard names.insert(decision.name).inserted else {
        throw .invalidSpace(space: name, reason: "two decisions are named '\(decision.name)'")
      }
      for condition in decision.conditions {
        guard decisions.indices.contains(condition.decision), condition.decision < index,
          !condition.choices.isEmpty,
          condition.choices.isSubset(of: .all(decisions[condition.decision].choices.count))
        else {
          throw .invalidSpace(
            space: name,
            reason: "decision '\(decision.name)' depends on something that is not an earlier choice"
          )
        }
      }
    }
    self.name = name
    self.decisions = decisions
  }

  public var count: Int { decisions.count }

  /// Index of the decision with this name.
  public func index(of name: String) -> Int? { decisions.firstIndex { $0.name == name } }

  /// Whether a decision exists, given the choices of all decisions before it.
  public func isActive(_ decision: Int, given choices: [Int]) -> Bool {
    for condition in decisions[decision].conditions {
      let choice = choices[condition.decision]
      guard choice >= 0, condition.choices.contains(choice: choice) else { return false }
    }
    return true
  }

  /// The canonical form: inactive decisions normalised, choices checked.
  ///
  /// Throws ``DecisionError/invalidChoice`` or ``DecisionError/wrongLength``.
  public func canonical(_ choices: [Int]) throws(DecisionError) -> Assignment {
    guard choices.count == count else {
      throw .wrongLength(space: name, expected: count, found: choices.count)
    }
    var result = choices
    for index in decisions.indices {
      if !isActive(index, given: result) {
        result[index] = Assignment.inactive
      } else if !decisions[index].choices.indices.contains(result[index]) {
        throw .invalidChoice(
          decision: decisions[index].name,
          choice: "\(result[index])",
          choices: decisions[index].choices
        )
      }
    }
    return Assignment(result)
  }

  /// The number of distinct canonical assignments.
  ///
  /// Counted without enumerating: states that agree on every choice that later conditions still
  /// look at have equally many completions, and decisions nobody looks at multiply.
  public var assignmentCount: UInt128 {
    let conditioning = Set(decisions.flatMap { $0.conditions.map(\.decision) })
    let last = Dictionary(
      decisions.indices.flatMap { index in
        decisions[index].conditions.map { ($0.decision, index) }
      },
      uniquingKeysWith: max
    )
    var states: [[Int: Int]: UInt128] = [[:]: 1]
    for index in decisions.indices {
      var next: [[Int: Int]: UInt128] = [:]
      for (state, ways) in states {
        let active = decisions[index].conditions.allSatisfy { condition in
          state[condition.decision].map { $0 >= 0 && condition.choices.contains(choice: $0) }
            ?? false
        }
        func keep(_ choice: Int, times: UInt128) {
          var after = state
          if conditioning.contains(index) { after[index] = choice }
          after = after.filter { last[$0.key].map { $0 > index } ?? false }
          next[after, default: 0] += ways * times
        }
        if !active {
          keep(Assignment.inactive, times: 1)
        } else if conditioning.contains(index) {
          for choice in decisions[index].choices.indices { keep(choice, times: 1) }
        } else {
          keep(0, times: UInt128(decisions[index].choices.count))
        }
      }
      states = next
    }
    return states.values.reduce(0, +)
  }
}
