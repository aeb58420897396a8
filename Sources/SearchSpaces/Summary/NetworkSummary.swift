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

extension NetworkSummary: CustomStringConvertible {
  /// A listing for a terminal.
  public var description: String {
    let table = TextTable(
      header: ["layer", "kind", "output", "kernel", "stride", "MACs", "parameters"],
      rows: layers.map { layer in
        let hasKernel =
          layer.kind != .linear && layer.kind != .addition
          && layer.kind != .globalAveragePool && layer.kind != .squeezeExcitation
        return [
          layer.name, layer.kind.words, "\(layer.channels)x\(layer.size)x\(layer.size)",
          hasKernel ? "\(layer.kernel)" : "", hasKernel ? "\(layer.stride)" : "",
          grouped(layer.macs), grouped(layer.parameters),
        ]
      } + [["total", "", "", "", "", grouped(macs), grouped(parameters)]],
      rightAligned: [2, 3, 4, 5, 6]
    )
    let title =
      "\(space) \(architecture) at \(inputChannels)x\(resolution)x\(resolution), "
      + "\(stateDictEntries) state-dict entries"
    return ([title, ""] + table.lines).joined(separator: "\n")
  }
}

extension LayerCost.Kind {
  fileprivate var words: String {
    switch self {
    case .convolution: "convolution"
    case .depthwiseConvolution: "depthwise"
    case .squeezeExcitation: "squeeze-excitation"
    case .maxPool: "max pool"
    case .averagePool: "average pool"
    case .globalAveragePool: "global pool"
    case .linear: "linear"
    case .addition: "addition"
    }
  }
}
