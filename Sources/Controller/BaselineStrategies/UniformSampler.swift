import Decisions
import RandomStreams

/// Draws members of a feasible set with equal probability.
///
/// *Distribution.* Under restrictions and conditions alone a draw is exactly uniform (up to the
/// rounding of double precision): every choice is drawn in proportion to the number of its
/// completions, which are counted once. Budgets are met by rejection, which keeps it uniform. When
/// a budget is so tight that `maximumRejections` draws in a row miss it, that draw is made by a
/// walk along the masks instead, each permitted choice with equal probability: always feasible, but
/// not uniform. The same holds in the odd space whose conditions have more than
/// `maximumNodes` distinguishable prefixes.
///
/// A draw always ends, after at most `maximumRejections + 1` walks.
public struct UniformSampler: Sendable {
  /// The prefixes that end before `decision` and rule out the same later decisions: they have the
  /// same completions.
  private struct Node: Sendable {
    var decision: Int
    /// Sum of the completions of the choices up to and including each edge.
    var cumulative: [Double] = []
    var edges: [(choice: Int, next: Int)] = []
  }

  public let set: FeasibleSet
  public let maximumRejections: Int
  private let nodes: [Node]?

  public static let maximumNodes = 65_536

  public init(_ set: FeasibleSet, maximumRejections: Int = 10_000) {
    self.set = set
    self.maximumRejections = maximumRejections
    nodes = Self.graph(set)
  }

  /// The number of assignments that satisfy restrictions and conditions (budgets not considered),
  /// or nil when they were too many to tell apart.
  public var unbudgetedCount: Double? { nodes.map { $0[0].cumulative.last ?? 1 } }

  public func draw(using stream: inout RandomStream) -> Assignment {
    if let nodes {
      for _ in 0...maximumRejections {
        let assignment = walk(nodes, &stream)
        let fits = set.budgets.allSatisfy {
          $0.table.cost(of: assignment, in: set.space) <= $0.limit
        }
        if fits { return assignment }
      }
    }
    var cursor = set.cursor()
    while cursor.nextDecision != nil {
      let choices = cursor.permitted.choices
      cursor.choose(choices[stream.uniform(below: choices.count)])
    }
    return cursor.assignment
  }

  private func walk(_ nodes: [Node], _ stream: inout RandomStream) -> Assignment {
    var choices: [Int] = []
    choices.reserveCapacity(set.space.count)
    var node = 0
    while nodes[node].decision < set.space.count {
      let edges = nodes[node].edges
      var edge = 0
      if edges.count > 1 {
        let cumulative = nodes[node].cumulative
        let target = stream.uniform() * cumulative[cumulative.count - 1]
        while edge < edges.count - 1, target >= cumulative[edge] { edge += 1 }
      }
      choices.append(edges[edge].choice)
      node = edges[edge].next
    }
    return Assignment(choices)
  }

  /// The graph of distinguishable prefixes, level by level; completions are counted from its end.
  private static func graph(_ set: FeasibleSet) -> [Node]? {
    let space = set.space
    /// Later decisions that a choice of `decision` rules out.
    func ruledOut(by decision: Int, choice: Int) -> [Int] {
      space.decisions.indices.filter { later in
        space.decisions[later].conditions.contains {
          $0.decision == decision && !(choice >= 0 && $0.choices.contains(choice: choice))
        }
      }
    }
    var nodes = [Node(decision: 0)]
    var level: [(node: Int, dead: Set<Int>)] = [(0, [])]
    for decision in space.decisions.indices {
      let choices = set.permitted[decision].choices
      let consequences = Dictionary(
        uniqueKeysWithValues: ([Assignment.inactive] + choices).map {
          ($0, ruledOut(by: decision, choice: $0))
        }
      )
      var next: [(node: Int, dead: Set<Int>)] = []
      var known: [Set<Int>: Int] = [:]
      for (node, dead) in level {
        for choice in dead.contains(decision) ? [Assignment.inactive] : choices {
          var after = dead.union(consequences[choice] ?? [])
          after.remove(decision)
          if known[after] == nil {
            known[after] = nodes.count
            next.append((nodes.count, after))
            nodes.append(Node(decision: decision + 1))
          }
          nodes[node].edges.append((choice, known[after] ?? 0))
        }
      }
      guard nodes.count <= maximumNodes else { return nil }
      level = next
    }
    for index in nodes.indices.reversed() {
      var sum = 0.0
      for edge in nodes[index].edges {
        sum += nodes[edge.next].cumulative.last ?? 1
        nodes[index].cumulative.append(sum)
      }
    }
    return sumsAreFinite(nodes) ? nodes : nil
  }

  private static func sumsAreFinite(_ nodes: [Node]) -> Bool {
    nodes[0].cumulative.last?.isFinite ?? true
  }
}
