import Networks
import SearchSpaces
import Torch

/// A subnet taken out of its supernet: tensors of its own under static names, and nothing elastic.
///
/// Depthwise kernels are stored transformed, blocks are numbered consecutively, batch-norm
/// statistics are the calibrated ones. Its logits equal those of the subnet it came from, bit for
/// bit. Made by ``CalibratedSubnet/extract()``, so it is calibrated by construction.
public final class StaticNetwork: Classifier {
  /// Its slices are whole tensors and its supernet names are the static ones.
  public let network: NetworkDescription
  public let device: Device
  let store: TensorStore
  private let statistics: NormStatistics
  package let elementType: ElementType

  package init(
    network: NetworkDescription,
    tensors: [String: Tensor],
    device: Device,
    elementType: ElementType = .float32
  ) throws {
    self.network = network
    self.device = device
    self.elementType = elementType
    store = TensorStore(tensors)
    var statistics: NormStatistics = [:]
    for norm in network.norms {
      statistics[norm.key] = (
        mean: try store[norm.key + ".running_mean"],
        variance: try store[norm.key + ".running_var"]
      )
    }
    self.statistics = statistics
  }

  /// Names, shapes and roles of the tensors, in state-dict order.
  public var layout: [StoredTensor] { network.staticTensors }

  /// The tensors themselves, not copies, in state-dict order.
  public var tensors: [(name: String, value: Tensor)] {
    layout.compactMap { entry in store.tensors[entry.key].map { (entry.key, $0) } }
  }

  /// Copies of all tensors by name, on the processor.
  public func state() throws -> [String: Tensor] {
    try store.tensors.mapValues { try $0.portable() }
  }

  public func logits(_ images: Tensor) throws -> Tensor {
    try withoutGradient {
      try EvaluationPass(store: store, statistics: statistics, formulation: .fast)
        .logits(images.to(elementType), of: network)
        .to(.float32)
    }
  }

  /// The layers alone, without a check of the input or its conversion.
  package func run(_ input: Tensor) throws -> Tensor {
    try withoutGradient {
      try EvaluationPass(store: store, statistics: statistics, formulation: .fast).run(
        network.layers,
        input
      )
    }
  }
}

extension CalibratedSubnet {
  /// Copies the subnet out of its supernet.
  ///
  /// Counters of batches are copied for batch norms that all subnets share whole, and start at 0 for
  /// elastic ones, as in Once-for-All's `get_active_subnet`.
  public func extract() throws -> StaticNetwork {
    try checkFresh()
    return try StaticNetwork(copying: network, from: supernet, statistics: statistics)
  }
}

extension StaticNetwork {
  /// The slices that `network`, or a part of one, uses of a supernet, copied; its batch norms get the
  /// calibrated `statistics`.
  ///
  /// Throws ``SupernetError/missingTensors(_:)`` for a batch norm without statistics.
  convenience init(
    copying network: NetworkDescription,
    from supernet: Supernet,
    statistics: NormStatistics
  ) throws {
    let store = supernet.store
    var tensors: [String: Tensor] = [:]
    try withoutGradient {
      for convolution in network.convolutions {
        tensors[convolution.weight.staticKey] = try store.filter(convolution).clone()
        if let bias = convolution.bias {
          tensors[bias.staticKey] = try store.slice(bias).clone()
        }
        guard let norm = convolution.norm else { continue }
        guard let (mean, variance) = statistics[norm.key] else {
          throw SupernetError.missingTensors([norm.key + ".running_mean"])
        }
        for part in [".weight", ".bias"] {
          tensors[norm.staticKey + part] =
            try store.vector(norm.key + part, count: norm.active).detached().clone()
        }
        tensors[norm.staticKey + ".running_mean"] = try mean.clone()
        tensors[norm.staticKey + ".running_var"] = try variance.clone()
        let counter = ".num_batches_tracked"
        tensors[norm.staticKey + counter] =
          norm.key == norm.staticKey
          ? try store[norm.key + counter].clone()
          : try Tensor(Int64(0), device: supernet.device)
      }
      for linear in network.linears {
        for slice in [linear.weight, linear.bias] {
          tensors[slice.staticKey] = try store.slice(slice).contiguous().clone()
        }
      }
    }
    try self.init(network: network.extracted, tensors: tensors, device: supernet.device)
  }

  /// A network from tensors as ``state()`` gives them, such as those of a file, which are copied to
  /// `device`.
  ///
  /// `network` is its description, under the names of its supernet or its own. Throws
  /// ``SupernetError`` for tensors missing, unknown, of another shape or of another type.
  package convenience init(
    _ network: NetworkDescription,
    state: [String: Tensor],
    device: Device
  ) throws {
    let network = network.extracted
    try checkState(state, against: network.staticTensors)
    try self.init(
      network: network,
      tensors: withoutGradient {
        try state.mapValues { try $0.to(device: device).inRunningOrder().clone() }
      },
      device: device
    )
  }
}
