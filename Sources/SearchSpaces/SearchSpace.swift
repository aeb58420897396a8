import Decisions
import Networks

/// A weight-sharing search space: decisions, and what network each architecture describes.
///
/// A space is written as ``NetworkPart``s; networks, costs, containment, budget tables and
/// summaries all follow from them. Three rules make that work, and every space must keep them:
/// choices of a decision are in ascending order of size, a network uses leading slices of the
/// stored tensors, and the map size at a part depends on no decision but the resolution. Then MACs
/// and parameters are monotone, and one architecture contains another when every decision the other
/// makes is at least as large.
public protocol SearchSpace: Sendable {
  /// Name of the space, as stored in files: a preset such as `mobilenetv3-small`, or the user's
  /// own.
  var name: String { get }
  var decisions: DecisionSpace { get }
  var input: NetworkInput { get }
  var parts: [NetworkPart] { get }
  /// How the published code writes the space's architectures; nil for spaces of one's own.
  var publishedEncoding: OFAEncoding? { get }
  /// The network of a canonical architecture. Throws ``DecisionError`` when it is not one.
  func network(_ architecture: Architecture) throws -> NetworkDescription
}

/// What surrounds the layers of every network of a space.
public struct NetworkInput: Sendable {
  /// Channels of the input image.
  public var channels: Int
  /// Height and width of the input image in pixels: one, or a decision.
  public var resolution: ElasticValue<Int>
  public var classes: Int
  /// Probability of dropping an input of the classifier, in training only.
  public var dropout: Double

  public init(channels: Int, resolution: ElasticValue<Int>, classes: Int, dropout: Double) {
    self.channels = channels
    self.resolution = resolution
    self.classes = classes
    self.dropout = dropout
  }
}

extension SearchSpace {
  public var publishedEncoding: OFAEncoding? { nil }

  public func network(_ architecture: Architecture) throws -> NetworkDescription {
    let architecture = try decisions.canonical(architecture.choices)
    return NetworkDescription(
      inputChannels: input.channels,
      resolution: input.resolution(architecture),
      classes: input.classes,
      dropout: input.dropout,
      layers: layersByPart(architecture).flatMap { $0 }
    )
  }

  /// The layers of each part, empty for the parts the network lacks.
  func layersByPart(_ architecture: Architecture) -> [[Layer]] {
    var length: [String: Int] = [:]
    return parts.map { part in
      let position = part.list.map { length[$0, default: 0] } ?? 0
      let layers = part.layers(architecture, position)
      if let list = part.list, !layers.isEmpty { length[list, default: 0] += 1 }
      return layers
    }
  }

  /// The architecture with the first choice everywhere.
  public var smallest: Architecture { extreme { _ in 0 } }

  /// The architecture with the last choice everywhere: its network stores every tensor.
  public var largest: Architecture { extreme { $0 - 1 } }

  private func extreme(_ pick: (Int) -> Int) -> Architecture {
    var choices: [Int] = []
    for (index, decision) in decisions.decisions.enumerated() {
      let isActive = decisions.isActive(index, given: choices)
      choices.append(isActive ? pick(decision.choices.count) : Assignment.inactive)
    }
    return Architecture(choices)
  }
}
