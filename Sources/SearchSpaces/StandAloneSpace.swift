import Decisions
import Networks

/// A space of one network: an architecture of another space as a plain network of its own.
///
/// Tensors have their extracted names and shapes, so that nothing is elastic, kernels are stored as
/// they are used, without matrices, and initial values have the spread that the network's own
/// shapes call for. A ``Supernet`` of this space is that network and trains as it would by itself.
public struct StandAloneSpace: SearchSpace {
  public let name: String
  public let decisions: DecisionSpace
  public let input: NetworkInput
  public let parts: [NetworkPart]

  /// Throws ``DecisionError`` when `architecture` is not one of `space`.
  public init(_ architecture: Architecture, of space: some SearchSpace) throws {
    let network = try space.network(architecture).extracted
    name = "\(space.name) \(space.code(architecture))"
    // Where the space decides on the resolution, so does a decision with one choice here: whoever
    // has images then resizes them.
    let isChosen = space.input.resolution.decision != nil
    decisions = try DecisionSpace(
      name: name,
      decisions: isChosen ? [Decision("resolution", choices: ["\(network.resolution)"])] : []
    )
    input = NetworkInput(
      channels: network.inputChannels,
      resolution: ElasticValue(choices: [network.resolution], decision: isChosen ? 0 : nil),
      classes: network.classes,
      dropout: network.dropout
    )
    parts = [NetworkPart("network", network.layers)]
  }

  /// The only architecture.
  public var architecture: Architecture { largest }
}
