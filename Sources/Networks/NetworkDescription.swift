/// One network of a search space, layer by layer: the vocabulary all spaces are described in.
///
/// A description has no tensors. It names, for every weight, the tensor stored in the supernet, its
/// full shape, the leading slice this network uses, and the name the slice takes in an extracted
/// (static) network. Costs, containment, the forward pass, calibration, extraction and export all
/// read it; a new space only has to write it.
public struct NetworkDescription: Sendable, Hashable {
  /// Channels of the input image.
  public var inputChannels: Int
  /// Height and width of the input image, in pixels.
  public var resolution: Int
  public var classes: Int
  /// Probability of dropping an input of the classifier, in training only.
  public var dropout: Double
  public var layers: [Layer]

  public init(
    inputChannels: Int,
    resolution: Int,
    classes: Int,
    dropout: Double,
    layers: [Layer]
  ) {
    self.inputChannels = inputChannels
    self.resolution = resolution
    self.classes = classes
    self.dropout = dropout
    self.layers = layers
  }
}

public indirect enum Layer: Sendable, Hashable {
  case convolution(Convolution)
  /// Squeeze and excitation: `x * expand(reduce(mean(x)))`, the mean over height and width.
  case squeezeExcitation(reduce: Convolution, expand: Convolution)
  /// `activation(body(x) + shortcut(x))`.
  case residual(body: [Layer], shortcut: Shortcut, activation: Activation)
  case maxPool(kernel: Int, stride: Int, padding: Int)
  /// Average pooling without padding, partial windows at the border included (ceil mode).
  case averagePool(kernel: Int, stride: Int)
  /// `[batch, channels, height, width]` to `[batch, channels, 1, 1]`.
  case globalAveragePool
  /// `[batch, channels, 1, 1]` to `[batch, classes]`.
  case linear(Linear)
}

public enum Shortcut: Sendable, Hashable {
  case identity
  case layers([Layer])
}

public enum Activation: String, Sendable, Hashable, Codable {
  case identity, relu, relu6
  /// `x * relu6(x + 3) / 6`
  case hardSwish
  /// `relu6(x + 3) / 6`
  case hardSigmoid
}

/// Convolution, then batch norm if any, then activation. Padding is `kernel / 2`.
public struct Convolution: Sendable, Hashable {
  /// Stored as `[out, in / groups, kernel, kernel]`. For a depthwise convolution with kernel
  /// transforms the stored kernel is the largest and `weight.active` holds the network's own.
  public var weight: WeightSlice
  public var bias: WeightSlice?
  public var norm: BatchNorm?
  public var activation: Activation
  public var stride: Int
  /// One group per channel; `in` equals `out`.
  public var isDepthwise: Bool
  /// All kernel matrices the supernet stores for this convolution, smallest target first.
  public var kernelMatrices: [KernelMatrix]

  public init(
    weight: WeightSlice,
    bias: WeightSlice? = nil,
    norm: BatchNorm?,
    activation: Activation,
    stride: Int = 1,
    isDepthwise: Bool = false,
    kernelMatrices: [KernelMatrix] = []
  ) {
    self.weight = weight
    self.bias = bias
    self.norm = norm
    self.activation = activation
    self.stride = stride
    self.isDepthwise = isDepthwise
    self.kernelMatrices = kernelMatrices
  }

  public var outChannels: Int { weight.active[0] }
  public var inChannels: Int { isDepthwise ? weight.active[0] : weight.active[1] }
  /// Height and width of the network's kernel.
  public var kernel: Int { weight.active[2] }
  public var storedKernel: Int { weight.stored[2] }
  public var padding: Int { kernel / 2 }
  public var groups: Int { isDepthwise ? outChannels : 1 }

  /// The kernel matrices that turn the stored kernel into the network's own, in the order in which
  /// they are applied (7 to 5, then 5 to 3).
  public var activeKernelMatrices: [KernelMatrix] {
    kernelMatrices.filter { $0.target >= kernel }.sorted { $0.source > $1.source }
  }
}

/// A linear map of the flattened kernel: crop the centre `target` x `target` window of the
/// `source` x `source` kernel, flatten it row-major to `v`, and take `M v`. Starts as the identity.
public struct KernelMatrix: Sendable, Hashable {
  /// Name in the supernet, of shape `[target * target, target * target]`.
  public var key: String
  public var source: Int
  public var target: Int

  public init(key: String, source: Int, target: Int) {
    self.key = key
    self.source = source
    self.target = target
  }
}

/// A stored tensor and the leading slice `[0..<active[0], 0..<active[1], ...]` a network uses.
public struct WeightSlice: Sendable, Hashable {
  /// Name in the supernet.
  public var key: String
  /// Name in an extracted network.
  public var staticKey: String
  public var stored: [Int]
  public var active: [Int]

  public init(key: String, staticKey: String, stored: [Int], active: [Int]) {
    self.key = key
    self.staticKey = staticKey
    self.stored = stored
    self.active = active
  }
  public var activeCount: Int { active.reduce(1, *) }
  public var storedCount: Int { stored.reduce(1, *) }
}

/// Batch norm over the leading `active` of `stored` channels: `key` + `.weight`, `.bias`,
/// `.running_mean`, `.running_var`, and the scalar `.num_batches_tracked`.
public struct BatchNorm: Sendable, Hashable {
  public var key: String
  public var staticKey: String
  public var stored: Int
  public var active: Int
  public var epsilon: Double
  public var momentum: Double

  public init(
    key: String,
    staticKey: String,
    stored: Int,
    active: Int,
    epsilon: Double,
    momentum: Double
  ) {
    self.key = key
    self.staticKey = staticKey
    self.stored = stored
    self.active = active
    self.epsilon = epsilon
    self.momentum = momentum
  }
}

/// `y = x W^T + b` with `W` stored as `[classes, in]`; its input may be sliced.
public struct Linear: Sendable, Hashable {
  public var weight: WeightSlice
  public var bias: WeightSlice

  public init(weight: WeightSlice, bias: WeightSlice) {
    self.weight = weight
    self.bias = bias
  }
}
