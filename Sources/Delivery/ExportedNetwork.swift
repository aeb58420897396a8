import Families
import Networks
import Supernet
import Torch

/// A network on its way into a file: its layers and tensors under their own names.
struct ExportedNetwork {
  let network: NetworkDescription
  let weights: [String: Tensor]

  init(network: NetworkDescription, weights: [String: Tensor]) {
    self.network = network
    self.weights = weights
  }

  /// Throws `HDF5Error` for a family whose file does not store its space.
  init(_ member: Family.Member, _ images: Family.Images) throws {
    var network = try member.description.extracted
    // Images that are taken as they are may be of another size than the space was described with.
    if images.resizing == .none { network.resolution = images.height }
    self.init(network: network, weights: member.weights)
  }

  func weight(_ name: String) throws -> Tensor {
    guard let tensor = weights[name] else { throw SupernetError.missingTensors([name]) }
    return tensor
  }
}
