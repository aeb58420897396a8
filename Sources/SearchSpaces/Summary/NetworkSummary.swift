import Decisions
import Networks

/// What `regnas space describe --architecture` prints about one network, layer by layer.
package struct NetworkSummary: Sendable, Hashable, Codable {
  package var space: String
  /// One character per decision, which ``SearchSpace/architecture(_:)`` reads back.
  package var architecture: String
  package var inputChannels: Int
  package var resolution: Int
  package var layers: [LayerCost]
  /// For one image.
  package var macs: Int
  package var parameters: Int
  /// Entries of the extracted network's state dict.
  package var stateDictEntries: Int

  /// Throws ``DecisionError`` or ``SpaceError`` when there is no such network.
  package init(_ architecture: Architecture, of space: some SearchSpace) throws {
    let network = try space.network(architecture)
    self.space = space.name
    self.architecture = space.code(architecture)
    inputChannels = network.inputChannels
    resolution = network.resolution
    layers = try network.layerCosts()
    macs = try network.macs()
    parameters = network.parameters
    stateDictEntries = network.staticTensors.count
  }
}
