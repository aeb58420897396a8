import Decisions

/// What can be counted exactly from a description.
public enum NetworkCost: String, Sendable, Hashable, Codable, CaseIterable {
  /// Multiply-accumulate operations for one image.
  case macs = "MACs"
  /// Trainable parameters of the extracted network.
  case parameters
}

extension SearchSpace {
  /// A cost as a sum of small terms, one per part of the network: equal to the cost counted from
  /// the description for every architecture, and monotone, so that it can mask a search.
  ///
  /// Throws ``SpaceError/inconsistentLayers(layer:reason:)`` when the layers do not fit together or
  /// the map size at a part depends on anything but the resolution.
  public func costTable(_ cost: NetworkCost) throws(SpaceError) -> CostTable {
    var result = CostTable(name: cost.rawValue, constant: 0, terms: [])
    func add(_ scope: [Int], _ values: [Int]) {
      if scope.isEmpty {
        result.constant += values[0]
      } else if values.contains(where: { $0 != 0 }) {
        result.terms.append(.init(scope: scope, values: values))
      }
    }
    switch cost {
    case .parameters:
      for part in parts {
        let table = ScopeTable(part, in: decisions)
        add(part.scope, table.layers.map(parameterCount))
      }
    case .macs:
      let sizes = try input.resolution.choices.map { resolution throws(SpaceError) in
        try inputSizes(resolution: resolution)
      }
      for (index, part) in parts.enumerated() {
        let (scope, values) = try macTerm(part, inputSizes: sizes.map { $0[index] })
        add(scope, values)
      }
    }
    return result
  }

  /// The least and the greatest cost of any architecture, for any monotone table over the space.
  public func attainable(_ table: CostTable) -> ClosedRange<Int> {
    let least = table.cost(of: smallest, in: decisions)
    return least...max(least, table.cost(of: largest, in: decisions))
  }

  /// Height and width of the map that each part takes.
  private func inputSizes(resolution: Int) throws(SpaceError) -> [Int] {
    func sizes(_ architecture: Architecture) throws(SpaceError) -> [Int] {
      var walk = LayerWalk(channels: input.channels, size: resolution)
      var sizes: [Int] = []
      for layers in layersByPart(architecture) {
        sizes.append(walk.size)
        try walk.visit(layers)
      }
      return sizes
    }
    let (least, greatest) = (try sizes(smallest), try sizes(largest))
    for (index, part) in parts.enumerated() where least[index] != greatest[index] {
      throw .inconsistentLayers(
        layer: part.name,
        reason: "it takes maps of \(least[index]) or \(greatest[index]) pixels at resolution "
          + "\(resolution); the size may depend on the resolution only"
      )
    }
    return greatest
  }

  /// The MACs of a part over its scope, to which a resolution decision is added.
  private func macTerm(
    _ part: NetworkPart,
    inputSizes: [Int]
  ) throws(SpaceError) -> (scope: [Int], values: [Int]) {
    let table = ScopeTable(part, in: decisions)
    let counts = try inputSizes.map { size throws(SpaceError) in
      try table.layers.map { layers throws(SpaceError) in
        var walk = LayerWalk(channels: nil, size: size)
        try walk.visit(layers)
        return walk.macs
      }
    }
    guard let resolution = input.resolution.decision else { return (part.scope, counts[0]) }
    let scope = (part.scope + [resolution]).sorted()
    // Decisions of the part that come after the resolution run faster than it.
    let faster = zip(part.scope, table.radices).filter { $0.0 > resolution }
      .reduce(1) { $0 * $1.1 }
    var values: [Int] = []
    for outer in stride(from: 0, to: table.layers.count, by: faster) {
      for count in counts { values += count[outer..<outer + faster] }
    }
    return (scope, values)
  }
}
