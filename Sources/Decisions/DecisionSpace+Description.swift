extension DecisionSpace {
  /// An assignment in words, for messages: `bread=rye, filled=no`. Inactive decisions are left out.
  public func description(of assignment: Assignment) -> String {
    zip(decisions, assignment.choices).compactMap { decision, choice in
      decision.choices.indices.contains(choice)
        ? "\(decision.name)=\(decision.choices[choice])" : nil
    }.joined(separator: ", ")
  }
}
