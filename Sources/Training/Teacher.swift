import SearchSpaces
import Supernet
import Torch

/// The fixed network that subnets learn from: a largest network, calibrated, with weights of its own.
public final class Teacher {
  private let network: StaticNetwork
  private let folded: StaticNetwork
  private let space: any SearchSpace

  /// The largest network of a supernet as it stands now, calibrated on `batches` of training images.
  public convenience init(_ supernet: Supernet, calibratedOn batches: [Tensor]) throws {
    let subnet = try supernet.calibrate(supernet.space.largest, batches: batches)
    try self.init(subnet.extract(), of: supernet.space)
  }

  private init(_ network: StaticNetwork, of space: any SearchSpace) throws {
    self.network = network
    self.space = space
    folded = try network.folded()
  }

  /// Class probabilities `[batch, classes]` for training images of any size.
  func probabilities(_ images: Tensor) throws -> Tensor {
    try withoutGradient {
      try folded.logits(space.input.images(images, for: space.largest)).softmax(1)
    }
  }

  func state() throws -> [String: Tensor] { try network.state() }

  /// From a ``state()``.
  convenience init(
    _ state: [String: Tensor],
    of space: any SearchSpace,
    on device: Device
  ) throws {
    let network = try space.network(space.largest).extracted
    try checkState(state, against: network.staticTensors)
    let tensors = try withoutGradient {
      try state.mapValues { try $0.to(device: device).inRunningOrder() }
    }
    try self.init(StaticNetwork(network: network, tensors: tensors, device: device), of: space)
  }
}
