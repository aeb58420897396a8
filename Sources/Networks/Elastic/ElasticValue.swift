import Decisions

/// A quantity of a space that a decision chooses or that, with one choice, is fixed.
public struct ElasticValue<Value: Comparable & Sendable>: Sendable {
  /// Ascending.
  public let choices: [Value]
  /// Index of the decision that chooses; nil when there is nothing to choose.
  public let decision: Int?

  public init(choices: [Value], decision: Int?) {
    self.choices = choices
    self.decision = decision
  }

  /// The value in an architecture. The smallest where the decision is inactive.
  public func callAsFunction(_ architecture: Architecture) -> Value {
    guard let decision else { return choices[0] }
    return choices[max(0, architecture[decision])]
  }

  public var largest: Value { choices[choices.count - 1] }

  /// The conditions under which the value is at least `bound`: none if it always is.
  public func conditions(atLeast bound: Value) -> [Decision.Condition] {
    let first = choices.firstIndex { $0 >= bound } ?? choices.count
    guard let decision, first > 0 else { return [] }
    return [.init(decision: decision, in: .atLeast(first, of: choices.count))]
  }
}

/// Collects the decisions of a space in network order.
public struct DecisionList: Sendable {
  public private(set) var decisions: [Decision] = []

  public init() {}

  /// Adds a decision between ascending `choices`; a single choice becomes a constant instead.
  public mutating func add<Value: Comparable & Sendable>(
    _ name: String,
    _ choices: [Value],
    when conditions: [Decision.Condition] = []
  ) -> ElasticValue<Value> {
    guard choices.count > 1 else { return ElasticValue(choices: choices, decision: nil) }
    decisions.append(Decision(name, choices: choices.map(choiceLabel), conditions: conditions))
    return ElasticValue(choices: choices, decision: decisions.count - 1)
  }
}

/// `3` and `3.0` are both labelled `3`, `0.25` is `0.25`.
package func choiceLabel(_ value: some Comparable) -> String {
  if let number = value as? Double, let whole = Int(exactly: number) { return "\(whole)" }
  return "\(value)"
}
