import Decisions
import Networks

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
  /// Throws ``NetworkError/inconsistentLayers(layer:reason:)`` when the layers do not fit together or
  /// the map size at a part depends on anything but the resolution.
  public func costTable(_ cost: NetworkCost) throws -> CostTable {
    switch cost {
    case .parameters:
      var result = CostTable(name: cost.rawValue, constant: 0, terms: [])
      for part in parts {
        let table = ScopeTable(part, in: decisions)
        result.add(part.scope, table.layers.map(parameterCount))
      }
      return result
    case .macs:
      return try costTable(name: cost.rawValue) { layers, size, _ in
        var walk = LayerWalk(channels: nil, size: size)
        try walk.visit(layers)
        return walk.macs
      }
    }
  }

  /// A cost that is a sum over the parts of the network: `measure` gives that of the layers of one
  /// part (none when the network lacks it), for input maps of `size` x `size` pixels and at most
  /// `channels` channels.
  ///
  /// The table is monotone if `measure` is. Throws what `measure` throws, and
  /// ``NetworkError/inconsistentLayers(layer:reason:)`` when the layers do not fit together or the map
  /// size at a part depends on anything but the resolution.
  public func costTable(
    name: String,
    measure: (_ layers: [Layer], _ size: Int, _ channels: Int) throws -> Int
  ) throws -> CostTable {
    var result = CostTable(name: name, constant: 0, terms: [])
    let inputs = try input.resolution.choices.map { resolution in
      try partInputs(resolution: resolution)
    }
    for (index, part) in parts.enumerated() {
      let table = ScopeTable(part, in: decisions)
      let costs = try inputs.map { inputs in
        try table.layers.map { try measure($0, inputs[index].size, inputs[index].channels) }
      }
      let (scope, values) = term(table, costs)
      result.add(scope, values)
    }
    return result
  }

  /// The least and the greatest cost of any architecture, for any monotone table over the space.
  public func attainable(_ table: CostTable) -> ClosedRange<Int> {
    let least = table.cost(of: smallest, in: decisions)
    return least...max(least, table.cost(of: largest, in: decisions))
  }

  /// The map that each part takes: height and width, and the greatest number of channels.
  private func partInputs(resolution: Int) throws -> [(size: Int, channels: Int)] {
    func inputs(_ architecture: Architecture) throws -> [(size: Int, channels: Int)] {
      var walk = LayerWalk(channels: input.channels, size: resolution)
      return try layersByPart(architecture).map { layers in
        let input = (walk.size, walk.channels ?? 0)
        try walk.visit(layers)
        return input
      }
    }
    let (least, greatest) = (try inputs(smallest), try inputs(largest))
    for (index, part) in parts.enumerated() where least[index].size != greatest[index].size {
      throw NetworkError.inconsistentLayers(
        layer: part.name,
        reason: "it takes maps of \(least[index].size) or \(greatest[index].size) pixels at "
          + "resolution \(resolution); the size may depend on the resolution only"
      )
    }
    return greatest
  }

  /// The costs of a part over its scope, to which a resolution decision is added. `costs` holds a
  /// list over the scope for each resolution.
  private func term(_ table: ScopeTable, _ costs: [[Int]]) -> (scope: [Int], values: [Int]) {
    let part = table.part
    guard let resolution = input.resolution.decision else { return (part.scope, costs[0]) }
    let scope = (part.scope + [resolution]).sorted()
    // Decisions of the part that come after the resolution run faster than it.
    let faster = zip(part.scope, table.radices).filter { $0.0 > resolution }
      .reduce(1) { $0 * $1.1 }
    var values: [Int] = []
    for outer in stride(from: 0, to: table.layers.count, by: faster) {
      for list in costs { values += list[outer..<outer + faster] }
    }
    return (scope, values)
  }
}

extension CostTable {
  fileprivate mutating func add(_ scope: [Int], _ values: [Int]) {
    if scope.isEmpty {
      constant += values[0]
    } else if values.contains(where: { $0 != 0 }) {
      terms.append(.init(scope: scope, values: values))
    }
  }
}
