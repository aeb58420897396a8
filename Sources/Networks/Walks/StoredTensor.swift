/// One entry of a network's state: a name and a shape.
public struct StoredTensor: Sendable, Hashable, Codable {
  public var key: String
  /// Empty for a scalar.
  public var shape: [Int]
  public var role: Role

  public enum Role: String, Sendable, Hashable, Codable {
    case convolutionWeight, linearWeight, bias, kernelMatrix
    case normWeight, normBias, runningMean, runningVariance
    /// A scalar int64; everything else is float32.
    case batchesTracked
  }

  public init(key: String, shape: [Int], role: Role) {
    self.key = key
    self.shape = shape
    self.role = role
  }

  public var count: Int { shape.reduce(1, *) }

  /// Whether training changes it by gradients; the rest are buffers.
  public var isTrainable: Bool {
    switch role {
    case .runningMean, .runningVariance, .batchesTracked: false
    default: true
    }
  }
}

extension NetworkDescription {
  /// The tensors of the extracted network, under their static names, in state-dict order.
  public var staticTensors: [StoredTensor] { TensorList(layers, form: .extracted).tensors }

  /// The tensors of the supernet that this network's layers live in, whole, in state-dict order:
  /// every tensor of the supernet if this is its largest network.
  public var supernetTensors: [StoredTensor] { TensorList(layers, form: .supernet).tensors }
}

/// Trainable parameters of layers, extracted.
package func parameterCount(_ layers: [Layer]) -> Int {
  TensorList(layers, form: .extracted).tensors.reduce(0) { $0 + ($1.isTrainable ? $1.count : 0) }
}

private struct TensorList {
  enum Form { case supernet, extracted }
  let form: Form
  private(set) var tensors: [StoredTensor] = []

  init(_ layers: [Layer], form: Form) {
    self.form = form
    layers.forEachWeighted {
      add($0)
    } linear: { linear in
      add(linear.weight, .linearWeight)
      add(linear.bias, .bias)
    }
  }

  private mutating func add(_ convolution: Convolution) {
    if form == .supernet {
      for matrix in convolution.kernelMatrices {
        let side = matrix.target * matrix.target
        tensors.append(StoredTensor(key: matrix.key, shape: [side, side], role: .kernelMatrix))
      }
    }
    add(convolution.weight, .convolutionWeight)
    if let bias = convolution.bias { add(bias, .bias) }
    guard let norm = convolution.norm else { return }
    let key = form == .supernet ? norm.key : norm.staticKey
    let channels = form == .supernet ? norm.stored : norm.active
    tensors += [
      StoredTensor(key: "\(key).weight", shape: [channels], role: .normWeight),
      StoredTensor(key: "\(key).bias", shape: [channels], role: .normBias),
      StoredTensor(key: "\(key).running_mean", shape: [channels], role: .runningMean),
      StoredTensor(key: "\(key).running_var", shape: [channels], role: .runningVariance),
      StoredTensor(key: "\(key).num_batches_tracked", shape: [], role: .batchesTracked),
    ]
  }

  private mutating func add(_ slice: WeightSlice, _ role: StoredTensor.Role) {
    tensors.append(
      form == .supernet
        ? StoredTensor(key: slice.key, shape: slice.stored, role: role)
        : StoredTensor(key: slice.staticKey, shape: slice.active, role: role)
    )
  }
}
