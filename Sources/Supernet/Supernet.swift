import Networks
import RandomStreams
import SearchSpaces
import Torch

/// A weight-sharing network: every architecture of its space is a slice of its tensors.
///
/// A subnet's predictions need batch-norm statistics of its own, since the running ones are a
/// mixture over all subnets that were trained. So a supernet cannot predict:
/// ``calibrate(_:batches:)`` gives a ``CalibratedSubnet``, which can.
///
/// ```swift
/// let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-small")
/// let supernet = try Supernet(space: space, random: RandomStream(seed: 1, name: "supernet"))
/// let subnet = try supernet.calibrate(space.smallest, batches: trainingBatches)
/// let logits = try subnet.logits(images)  // [batch, classes]
/// ```
public final class Supernet {
  public let space: any SearchSpace
  public let device: Device
  /// Names, shapes and roles of all tensors, in state-dict order.
  public let layout: [StoredTensor]
  /// How training, calibration and calibrated subnets compute. Networks that were folded or
  /// extracted always take the fast way.
  package var formulation = Formulation.fast
  package let store: TensorStore
  /// Counts changes of the weights, to recognise a subnet that was calibrated before one.
  private(set) var generation = 0

  /// A supernet with fresh weights (see ``Initialization``).
  public convenience init(
    space: any SearchSpace,
    device: Device = .cpu,
    random: RandomStream
  ) throws {
    try self.init(space: space, device: device, random: random, pause: {})
  }

  /// The same with a pause before each tensor: wide ones take their time. What it throws ends it.
  package convenience init(
    space: any SearchSpace,
    device: Device = .cpu,
    random: RandomStream,
    pause: () throws -> Void
  ) throws {
    let initialization = Initialization(random: random)
    try self.init(space: space, device: device) { tensor, index in
      try pause()
      return initialization.values(tensor, index: index)
    }
  }

  /// A supernet with the values (row-major) that a function of tensor and index gives. Counters of
  /// batches start at 0.
  package init(
    space: any SearchSpace,
    device: Device = .cpu,
    elementType: ElementType = .float32,
    values: (StoredTensor, Int) throws -> [Float]
  ) throws {
    self.space = space
    self.device = device
    layout = try space.supernetTensors()
    var tensors: [String: Tensor] = [:]
    for (index, entry) in layout.enumerated() {
      let tensor =
        entry.role == .batchesTracked
        ? try Tensor(Int64(0), device: device)
        : try Tensor(values(entry, index), shape: entry.shape, device: device)
          .to(elementType).inRunningOrder()
      try tensor.requireGradient(entry.isTrainable)
      tensors[entry.key] = tensor
    }
    store = TensorStore(tensors)
  }

  /// The trainable tensors, kernel matrices included, in state-dict order.
  public var parameters: [(name: String, value: Tensor)] { entries(where: \.isTrainable) }

  /// Running statistics and counters, in state-dict order.
  public var buffers: [(name: String, value: Tensor)] { entries { !$0.isTrainable } }

  /// The tensor of this name itself, not a copy.
  ///
  /// Throws ``SupernetError/missingTensors(_:)``.
  public func tensor(_ name: String) throws -> Tensor { try store[name] }

  private func entries(
    where condition: (StoredTensor) -> Bool
  ) -> [(name: String, value: Tensor)] {
    layout.filter(condition).compactMap { entry in
      store.tensors[entry.key].map { (entry.key, $0) }
    }
  }

  /// Copies of all tensors by name, on the processor.
  public func state() throws -> [String: Tensor] {
    try store.tensors.mapValues { try $0.portable() }
  }

  /// Takes the values of a state; every tensor stays where it is in memory.
  ///
  /// Nothing is changed when it throws ``SupernetError``: for tensors missing (unless
  /// `allowMissing`, which keeps the present values), unknown, of another shape or another type.
  public func load(_ state: [String: Tensor], allowMissing: Bool = false) throws {
    try checkState(state, against: layout, allowMissing: allowMissing)
    try withoutGradient {
      for entry in layout {
        if let value = state[entry.key] { try store[entry.key].assign(value) }
      }
    }
    weightsChanged()
  }

  /// Makes all subnets calibrated so far refuse to predict. Call it after changing a tensor.
  public func weightsChanged() { generation += 1 }
}
