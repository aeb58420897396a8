/// A cost that is a sum of terms, each depending on few decisions: MACs, parameters, a latency.
///
/// Costs are whole numbers, so that sums are exact (latencies are given in nanoseconds).
public struct CostTable: Sendable, Hashable, Codable {
  /// What is counted, with its unit: `MACs`, `parameters`, `latency [ns]`.
  public var name: String
  public var constant: Int
  public var terms: [Term]

  public init(name: String, constant: Int, terms: [Term]) {
    self.name = name
    self.constant = constant
    self.terms = terms
  }

  /// A table over the decisions in `scope`.
  ///
  /// `values` is row-major over the choices of `scope`'s decisions, the last running fastest. An
  /// inactive decision reads the entry of choice 0: a term that vanishes with a decision must hold
  /// the same value for every choice of it then.
  public struct Term: Sendable, Hashable, Codable {
    /// Decision indices, strictly ascending.
    public var scope: [Int]
    public var values: [Int]

    public init(scope: [Int], values: [Int]) {
      self.scope = scope
      self.values = values
    }
  }

  /// The cost of a canonical assignment of `space`.
  public func cost(of assignment: Assignment, in space: DecisionSpace) -> Int {
    terms.reduce(constant) { total, term in
      let index = term.scope.reduce(0) { index, decision in
        index * space.decisions[decision].choices.count + max(0, assignment[decision])
      }
      return total + term.values[index]
    }
  }
}
