/// What can be wrong with a space, an assignment or a set of constraints.
public enum DecisionError: Error, Equatable, CustomStringConvertible {
  case invalidSpace(space: String, reason: String)
  case wrongLength(space: String, expected: Int, found: Int)
  case invalidChoice(decision: String, choice: String, choices: [String])
  /// No assignment satisfies the constraints. `reasons` names those that conflict.
  case emptyFeasibleSet(space: String, reasons: [String])

  public var description: String {
    switch self {
    case .invalidSpace(let space, let reason):
      return "the space '\(space)' is not valid: \(reason)"
    case .wrongLength(let space, let expected, let found):
      return
        "an assignment of the space '\(space)' has \(expected) choices, one per decision; \(found) were given"
    case .invalidChoice(let decision, let choice, let choices):
      return
        "'\(choice)' is not a choice of the decision '\(decision)'; its choices are \(choices.joined(separator: ", "))"
    case .emptyFeasibleSet(let space, let reasons):
      return
        "nothing in the space '\(space)' satisfies all constraints: \(reasons.joined(separator: "; "))"
    }
  }
}
