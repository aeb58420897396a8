import Decisions
import Networks
import RandomStreams

extension SearchSpace {
  /// Architectures from the smallest to the largest, each containing the one before: a random way up
  /// the space, one step of one decision at a time, stopped at `length - 2` costs in between.
  ///
  /// The range of MACs from smallest to largest is cut into as many equal parts as there are
  /// architectures in between; each of these is the first on the way to reach a random cost of its
  /// part. Which decisions grow early is drawn too, once per chain: with equal chances every chain
  /// would grow all decisions alike. (The rule is our own.) Architectures are distinct; there are
  /// fewer than `length` where the space has no more steps.
  ///
  /// Containment is about weights; the resolution, where it is a decision, grows along with them.
  public func nestedChain(
    length: Int,
    using random: inout RandomStream
  ) throws -> [Architecture] {
    let table = try costTable(.macs)
    let range = attainable(table)
    let stretches = max(0, length - 2)
    let targets = (0..<stretches).map { index in
      let share = (Double(index) + random.uniform()) / Double(stretches)
      return Double(range.lowerBound) + share * Double(range.upperBound - range.lowerBound)
    }
    // Cubes of uniform numbers: some decisions are several times as eager as others.
    let eagerness = (0..<decisions.count).map { _ in
      let value = random.uniform()
      return 0.02 + value * value * value
    }
    var chain = [smallest]
    var current = smallest
    for target in targets {
      repeat {
        let next = try stepUp(from: current, eagerness, using: &random)
        // The last step may jump over several targets; the largest is for the end.
        guard let next, next != largest else { break }
        current = next
      } while Double(table.cost(of: current, in: decisions)) < target
      if current != chain.last { chain.append(current) }
    }
    if length > 1, largest != smallest { chain.append(largest) }
    return chain
  }

  /// The architecture with one decision a choice larger, nil at the largest. Decisions that begin to
  /// exist take their first choice.
  private func stepUp(
    from architecture: Architecture,
    _ eagerness: [Double],
    using random: inout RandomStream
  ) throws -> Architecture? {
    let open = decisions.decisions.indices.filter {
      architecture[$0] >= 0 && architecture[$0] + 1 < decisions.decisions[$0].choices.count
    }
    guard var chosen = open.last else { return nil }
    var point = random.uniform() * open.reduce(0) { $0 + eagerness[$1] }
    for index in open {
      point -= eagerness[index]
      if point < 0 {
        chosen = index
        break
      }
    }
    var choices = architecture.choices.map { max(0, $0) }
    choices[chosen] += 1
    return try decisions.canonical(choices)
  }

  /// The pairs of indices whose second architecture contains the first and differs from it, in
  /// order. Of two that differ in their resolution only, each contains the other; they are one
  /// pair.
  public func nestedPairs(_ architectures: [Architecture]) -> [(small: Int, large: Int)] {
    architectures.indices.flatMap { small in
      architectures.indices.filter { large in
        architectures[small] != architectures[large]
          && contains(architectures[large], architectures[small])
          && (small < large || !contains(architectures[small], architectures[large]))
      }.map { (small, $0) }
    }
  }
}
