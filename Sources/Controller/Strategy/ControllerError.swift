/// What can go wrong in a search. An empty feasible set is reported earlier, by
/// ``Decisions/FeasibleSet`` itself.
public enum ControllerError: Error, Equatable, CustomStringConvertible {
  /// A reward was told for something that was not asked, or a second time.
  case neverAsked(proposal: Int, assignment: String)
  /// The evaluation of this assignment gave no number.
  case rewardNotFinite(reward: String, assignment: String)
  case invalidConfiguration(name: String, reason: String)
  /// A stored state does not fit the strategy that is to take it over.
  case invalidState(key: String, reason: String)
  /// An assignment that is not a member of the feasible set it is used with.
  case infeasible(assignment: String)
  /// `line` counts from 1.
  case invalidTable(line: Int, reason: String)

  public var description: String {
    switch self {
    case .neverAsked(let proposal, let assignment):
      return
        "a reward was told for proposal \(proposal) (\(assignment)), which is not open: it was never proposed, or already has a reward; tell each proposal of ask() once, unchanged"
    case .rewardNotFinite(let reward, let assignment):
      return
        "the reward of \(assignment) is \(reward); rewards must be finite numbers: check its evaluation, or leave it out of tell()"
    case .invalidConfiguration(let name, let reason):
      return "\(name) \(reason)"
    case .invalidState(let key, let reason):
      return
        "the stored state does not fit this strategy: '\(key)' \(reason); restore it with the configuration it was stored with"
    case .infeasible(let assignment):
      return "\(assignment) is not in the feasible set: it breaks a restriction or a budget"
    case .invalidTable(let line, let reason):
      return "line \(line): \(reason)"
    }
  }
}
