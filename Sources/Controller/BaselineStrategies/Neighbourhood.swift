import Decisions
import RandomStreams

// Small moves inside a feasible set. Changing one decision can make others exist, vanish or break a
// budget, so a move follows the masks from the first decision to the last and therefore always ends
// at a member.
extension FeasibleSet {
  /// The member found by following the masks with `wanted` in mind: at each decision the nearest
  /// permitted choice to the wanted one (the smaller of two equally near), or any permitted choice
  /// where nothing is wanted (`Assignment.inactive`).
  package func member(near wanted: [Int], using stream: inout RandomStream) -> Assignment {
    var cursor = cursor()
    while let decision = cursor.nextDecision {
      let permitted = cursor.permitted
      let choice = wanted[decision]
      if permitted.contains(choice: choice) {
        cursor.choose(choice)
      } else {
        let choices = permitted.choices
        cursor.choose(
          choice < 0
            ? choices[stream.uniform(below: choices.count)]
            : choices.min { abs($0 - choice) < abs($1 - choice) } ?? choices[0]
        )
      }
    }
    return cursor.assignment
  }

  /// Every member reached from `assignment` by changing one decision and following the masks, once
  /// each, without `assignment` itself. Empty only when the set has a single member.
  package func neighbours(of assignment: Assignment, using stream: inout RandomStream)
    -> [Assignment]
  {
    var found: Set<Assignment> = [assignment]
    var result: [Assignment] = []
    for change in changes(of: assignment) {
      var wanted = assignment.choices
      wanted[change.decision] = change.choice
      let member = member(near: wanted, using: &stream)
      if found.insert(member).inserted { result.append(member) }
    }
    return result
  }

  /// `assignment` with one uniformly chosen decision changed to a uniformly chosen other choice,
  /// and what follows from it. `assignment` itself only when the set has a single member.
  package func mutation(of assignment: Assignment, using stream: inout RandomStream) -> Assignment {
    let changes = changes(of: assignment)
    let decisions = changes.reduce(into: [Int]()) { decisions, change in
      if decisions.last != change.decision { decisions.append(change.decision) }
    }
    guard !decisions.isEmpty else { return assignment }
    let decision = decisions[stream.uniform(below: decisions.count)]
    let choices = changes.filter { $0.decision == decision }
    var wanted = assignment.choices
    wanted[decision] = choices[stream.uniform(below: choices.count)].choice
    return member(near: wanted, using: &stream)
  }

  /// The single changes that the masks permit, given the choices before them. If the set has another
  /// member there is one: where the two first differ.
  private func changes(of assignment: Assignment) -> [(decision: Int, choice: Int)] {
    var result: [(decision: Int, choice: Int)] = []
    var cursor = cursor()
    while let decision = cursor.nextDecision {
      for choice in cursor.permitted.choices where choice != assignment[decision] {
        result.append((decision, choice))
      }
      cursor.choose(assignment[decision])
    }
    return result
  }
}
