/// One categorical decision of a search: a name and the labels of its choices.
///
/// A decision may exist only under earlier choices (`conditions`, all of which must hold): the
/// kernel size of a network's third block exists only when the stage is at least three deep. A
/// decision that does not exist is *inactive*: it takes no choice, no token and no probability.
public struct Decision: Sendable, Hashable, Codable {
  public var name: String
  public var choices: [String]
  public var conditions: [Condition]

  public init(_ name: String, choices: [String], conditions: [Condition] = []) {
    self.name = name
    self.choices = choices
    self.conditions = conditions
  }

  /// Holds when the earlier decision is active and took one of `choices`.
  public struct Condition: Sendable, Hashable, Codable {
    /// Index of an earlier decision of the same space.
    public var decision: Int
    public var choices: ChoiceSet

    public init(decision: Int, in choices: ChoiceSet) {
      self.decision = decision
      self.choices = choices
    }
  }
}

/// A set of choices of one decision, at most 64, as a bit mask.
public struct ChoiceSet: OptionSet, Sendable, Hashable, Codable {
  public var rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public init(_ choices: some Sequence<Int>) {
    rawValue = choices.reduce(0) { $0 | (1 << UInt64($1)) }
  }
  /// The choices 0..<count.
  public static func all(_ count: Int) -> ChoiceSet {
    ChoiceSet(rawValue: count >= 64 ? .max : (1 << UInt64(count)) - 1)
  }
  /// The choices lowest..<count.
  public static func atLeast(_ lowest: Int, of count: Int) -> ChoiceSet {
    all(count).subtracting(all(lowest))
  }
  /// False for what is no choice at all, `Assignment.inactive` included.
  public func contains(choice: Int) -> Bool {
    choice >= 0 && rawValue >> UInt64(choice) & 1 == 1
  }
  public var count: Int { rawValue.nonzeroBitCount }
  /// The members, ascending.
  public var choices: [Int] { (0..<64).filter { contains(choice: $0) } }
}
