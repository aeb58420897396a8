import Networks
import SearchSpaces
import Supernet
import Torch

/// A fixed network that others learn from: calibrated, with weights of its own.
public final class Teacher {
  public let architecture: Architecture
  private let network: StaticNetwork
  private let folded: StaticNetwork
  private let space: any SearchSpace

  /// A network of a supernet as it stands now, calibrated on `batches` of training images: the largest,
  /// where `architecture` names no other.
  public convenience init(
    _ supernet: Supernet,
    _ architecture: Architecture? = nil,
    calibratedOn batches: [Tensor]
  ) throws {
    let architecture = architecture ?? supernet.space.largest
    let subnet = try supernet.calibrate(architecture, batches: batches)
    try self.init(subnet.extract(), architecture, of: supernet.space)
  }

  /// A network as it is.
  ///
  /// - Parameter space: the one that `architecture` is of.
  package init(
    _ network: StaticNetwork,
    _ architecture: Architecture,
    of space: any SearchSpace
  ) throws {
    self.network = network
    self.architecture = architecture
    self.space = space
    folded = try network.folded()
  }

  /// Multiply-adds an image.
  var macs: Int { get throws { try network.network.macs() } }

  /// Logits `[batch, classes]` for training images of any size, without recording for autograd.
  public func logits(_ images: Tensor) throws -> Tensor {
    try withoutGradient { try folded.logits(space.input.images(images, for: architecture)) }
  }

  /// Class probabilities `[batch, classes]`, likewise.
  public func probabilities(_ images: Tensor) throws -> Tensor {
    try withoutGradient { try logits(images).softmax(1) }
  }

  func state() throws -> [String: Tensor] { try network.state() }

  /// The largest network of a space, from a ``state()``.
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
    try self.init(
      StaticNetwork(network: network, tensors: tensors, device: device),
      space.largest,
      of: space
    )
  }
}
