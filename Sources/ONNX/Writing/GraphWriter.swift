import Networks
import Supernet
import Torch

/// Writes a network as a graph, node by node in the order in which they run.
struct GraphWriter {
  /// What a node gives.
  struct Value {
    var name: String
    /// Without the batch: `[channels, height, width]`, or `[channels]`.
    var shape: [Int]

    var channels: Int { shape.first ?? 0 }
    /// Height and width in pixels.
    var size: Int { shape.count == 3 ? shape[1] : 1 }
  }

  let weights: [String: Tensor]
  let options: ONNXModel.Options
  private var graph = OnnxGraphProto()
  private var nodeNames: Set<String> = []
  private var constants: Set<String> = []

  private init(weights: [String: Tensor], options: ONNXModel.Options) {
    self.weights = weights
    self.options = options
  }

  static func graph(
    of network: NetworkDescription,
    weights: [String: Tensor],
    options: ONNXModel.Options
  ) throws -> OnnxGraphProto {
    let network = network.extracted
    // Whether the layers fit each other.
    _ = try network.macs()
    try checkState(weights, against: network.staticTensors)
    return try withoutGradient {
      var writer = GraphWriter(weights: weights, options: options)
      writer.graph.name = "network"
      let images = try writer.addInput(channels: network.inputChannels, size: network.resolution)
      let logits = try writer.add(network.layers, to: images)
      writer.setOutput(logits)
      return writer.graph
    }
  }

  /// Adds a node of one output, and gives that.
  ///
  /// - Parameter path: of its layer in the extracted network; nil for a layer without tensors.
  mutating func add(
    _ operation: String,
    _ inputs: [String],
    at path: String?,
    shape: [Int],
    _ attributes: [OnnxAttributeProto] = []
  ) -> Value {
    let number = graph.node.count + 1
    var name = path.map { "\($0)/\(operation)" } ?? "\(operation)_\(number)"
    if nodeNames.contains(name) { name += "_\(number)" }
    nodeNames.insert(name)
    graph.node.append(
      .with {
        $0.name = name
        $0.opType = operation
        $0.input = inputs
        $0.output = [name]
        $0.attribute = attributes
      }
    )
    graph.valueInfo.append(.with(name, .float, shape: shape))
    return Value(name: name, shape: shape)
  }

  /// Stores one of the network's tensors under its name, and gives that. `folded` replaces it, or is one
  /// that the network has not.
  mutating func addWeight(_ name: String, folded: Tensor? = nil) throws -> String {
    guard let tensor = folded ?? weights[name] else { throw SupernetError.missingTensors([name]) }
    graph.initializer.append(try .with(name, tensor))
    return name
  }

  /// Stores a constant that several nodes may use, and gives its name.
  mutating func addConstant(_ name: String, _ values: [Double], shape: [Int] = []) throws -> String
  {
    if constants.insert(name).inserted {
      graph.initializer.append(try .with(name, Tensor(values.map(Float.init), shape: shape)))
    }
    return name
  }

  /// The images as the file's user gives them, and the nodes that make normalised ones
  /// `[batch, channels, height, width]` of them.
  private mutating func addInput(channels: Int, size: Int) throws -> Value {
    let isReordered = options.layout == .nhwc
    let ordered = [channels, size, size]
    var value = Value(
      name: ONNXModel.inputName,
      shape: isReordered ? [size, size, channels] : ordered
    )
    var input = OnnxValueInfoProto.with(value.name, .float, shape: value.shape)
    input.docString = "Normalised images."
    if case .uint8 = options.input {
      input = .with(value.name, .uint8, shape: value.shape)
      input.docString = "Images as bytes, which the model normalises."
      let cast = OnnxAttributeProto.with("to", OnnxTensorProto.DataType.float.rawValue)
      value = add("Cast", [value.name], at: "input", shape: value.shape, [cast])
    }
    graph.input = [input]
    if isReordered {
      let order = OnnxAttributeProto.with("perm", [0, 3, 1, 2])
      value = add("Transpose", [value.name], at: "input", shape: ordered, [order])
    }
    guard case .uint8(let mean, let deviation) = options.input else { return value }
    guard mean.count == channels, deviation.count == channels else {
      throw ONNXError.wrongNormalisation(
        channels: channels,
        means: mean.count,
        deviations: deviation.count
      )
    }
    // Not [1, C, 1, 1]: converters that reorder the dimensions understand three of them only.
    let shape = [channels, 1, 1]
    let scale = try addConstant("input.scale", deviation.map { 1 / (255 * $0) }, shape: shape)
    value = add("Mul", [value.name, scale], at: "input", shape: ordered)
    let shift = try addConstant("input.shift", zip(mean, deviation).map { -$0 / $1 }, shape: shape)
    return add("Add", [value.name, shift], at: "input", shape: ordered)
  }

  private mutating func setOutput(_ value: Value) {
    graph.output = [.with(ONNXModel.outputName, .float, shape: value.shape)]
    graph.valueInfo.removeAll { $0.name == value.name }
    if let last = graph.node.indices.last { graph.node[last].output = [ONNXModel.outputName] }
  }
}
