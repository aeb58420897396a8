import Decisions
import Networks

/// What `regnas space describe --architecture` tells about one network, layer by layer.
public struct NetworkSummary: Sendable, Hashable, Codable {
  public var space: String
  /// One character per decision, which ``SearchSpace/architecture(_:)`` reads back.
  public var architecture: String
  public var inputChannels: Int
  public var resolution: Int
  public var layers: [LayerCost]
  /// For one image.
  public var macs: Int
  public var parameters: Int
  /// Entries of the extracted network's state dict.
  public var stateDictEntries: Int

  /// Throws ``DecisionError`` or ``SpaceError`` when there is no such network.
  public init(_ architecture: Architecture, of space: some SearchSpace) throws {
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
