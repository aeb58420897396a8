import Networks
import Supernet
import Torch

extension GraphWriter {
  mutating func add(_ layers: [Layer], to input: Value) throws -> Value {
    try layers.reduce(input) { try add($1, to: $0) }
  }

  private mutating func add(_ layer: Layer, to x: Value) throws -> Value {
    switch layer {
    case .convolution(let convolution):
      return try add(convolution, to: x)
    case .squeezeExcitation(let reduce, let expand):
      let path = reduce.path.removingSuffix(".fc.reduce")
      let mean = add("GlobalAveragePool", [x.name], at: path, shape: [x.channels, 1, 1])
      let gate = try add(expand, to: add(reduce, to: mean))
      return add("Mul", [x.name, gate.name], at: path, shape: x.shape)
    case .residual(let body, let shortcut, let activation):
      let y = try add(body, to: x)
      let side =
        switch shortcut {
        case .identity: x
        case .layers(let layers): try add(layers, to: x)
        }
      let sum = add("Add", [y.name, side.name], at: nil, shape: y.shape)
      return try add(activation, to: sum, at: nil)
    case .maxPool(let kernel, let stride, let padding):
      let size = (x.size + 2 * padding - kernel) / stride + 1
      let window = Self.window(kernel: kernel, stride: stride, padding: padding)
      return add("MaxPool", [x.name], at: nil, shape: [x.channels, size, size], window)
    case .averagePool(let kernel, let stride):
      let size = (max(0, x.size - kernel) + stride - 1) / stride + 1
      let window =
        Self.window(kernel: kernel, stride: stride, padding: 0) + [
          .with("ceil_mode", 1), .with("count_include_pad", 0),
        ]
      return add("AveragePool", [x.name], at: nil, shape: [x.channels, size, size], window)
    case .globalAveragePool:
      return add("GlobalAveragePool", [x.name], at: nil, shape: [x.channels, 1, 1])
    case .linear(let linear):
      return try add(linear, to: x)
    }
  }

  private mutating func add(_ linear: Linear, to x: Value) throws -> Value {
    let (classes, features) = (linear.weight.active[0], linear.weight.active[1])
    let path = linear.weight.key.removingSuffix(".weight").removingSuffix(".linear")
    let flat = add("Flatten", [x.name], at: path, shape: [features], [.with("axis", 1)])
    let inputs = try [flat.name, addWeight(linear.weight.key), addWeight(linear.bias.key)]
    return add("Gemm", inputs, at: path, shape: [classes], [.with("transB", 1)])
  }

  /// Convolution, batch norm where it is kept, activation.
  private mutating func add(_ convolution: Convolution, to x: Value) throws -> Value {
    let size = (x.size + 2 * convolution.padding - convolution.kernel) / convolution.stride + 1
    let shape = [convolution.outChannels, size, size]
    let window =
      Self.window(
        kernel: convolution.kernel,
        stride: convolution.stride,
        padding: convolution.padding
      ) + [.with("group", convolution.groups)]

    var inputs = [x.name]
    let isFolded = convolution.norm != nil && !options.keepsBatchNorm
    if let norm = convolution.norm, isFolded {
      let folded = try FoldedConvolution(convolution, norm) { name in
        guard let tensor = weights[name] else { throw SupernetError.missingTensors([name]) }
        return try tensor.to(.float64)
      }
      inputs.append(
        try addWeight(convolution.weight.key, folded: folded.weight.to(.float32))
      )
      inputs.append(try addWeight(folded.biasSlice.key, folded: folded.bias.to(.float32)))
    } else {
      inputs.append(try addWeight(convolution.weight.key))
      if let bias = convolution.bias { inputs.append(try addWeight(bias.key)) }
    }
    var y = add("Conv", inputs, at: convolution.path, shape: shape, window)
    if let norm = convolution.norm, !isFolded {
      let vectors = try ["weight", "bias", "running_mean", "running_var"].map {
        try addWeight("\(norm.key).\($0)")
      }
      y = add(
        "BatchNormalization",
        [y.name] + vectors,
        at: convolution.path,
        shape: shape,
        [.with("epsilon", Float(norm.epsilon))]
      )
    }
    return try add(convolution.activation, to: y, at: convolution.path)
  }

  private mutating func add(
    _ activation: Activation,
    to x: Value,
    at path: String?
  ) throws -> Value {
    switch activation {
    case .identity:
      return x
    case .relu:
      return add("Relu", [x.name], at: path, shape: x.shape)
    case .relu6:
      let limits = try [addConstant("relu6.minimum", [0]), addConstant("relu6.maximum", [6])]
      return add("Clip", [x.name] + limits, at: path, shape: x.shape)
    case .hardSigmoid:
      let line = [OnnxAttributeProto.with("alpha", Float(1) / 6), .with("beta", Float(0.5))]
      return add("HardSigmoid", [x.name], at: path, shape: x.shape, line)
    case .hardSwish where options.writesHardSwish:
      return add("HardSwish", [x.name], at: path, shape: x.shape)
    case .hardSwish:
      let gate = try add(.hardSigmoid, to: x, at: path)
      return add("Mul", [x.name, gate.name], at: path, shape: x.shape)
    }
  }

  private static func window(kernel: Int, stride: Int, padding: Int) -> [OnnxAttributeProto] {
    [
      .with("kernel_shape", [kernel, kernel]), .with("strides", [stride, stride]),
      .with("pads", [padding, padding, padding, padding]),
    ]
  }
}
