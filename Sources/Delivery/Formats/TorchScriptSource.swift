import Networks

/// The method `forward` of a network, one line for each operation. Only operators of libtorch are called
/// that are as old as 1.6.
struct TorchScriptSource {
  private var lines: [String] = []
  /// The value that the next operation takes.
  private var value = "images"

  var text: String {
    let body = (lines + ["return \(value)"]).map { "    \($0)\n" }
    return "def forward(self, images: Tensor) -> Tensor:\n" + body.joined()
  }

  /// `value` may stand for itself in the expression.
  private mutating func assign(_ expression: String) {
    let name = "x\(lines.count)"
    lines.append("\(name) = \(expression)")
    value = name
  }

  mutating func castToFloat() {
    // 6 is float32 in libtorch's numbering, which TorchScript files use.
    assign("torch.to(\(value), 6)")
  }

  mutating func channelsFirst() { assign("torch.permute(\(value), [0, 3, 1, 2])") }

  mutating func normalise(scale: String, shift: String) {
    assign("\(value) * \(Self.reference(scale)) + \(Self.reference(shift))")
  }

  mutating func add(_ layers: [Layer]) {
    for layer in layers { add(layer) }
  }

  private mutating func add(_ layer: Layer) {
    switch layer {
    case .convolution(let convolution):
      add(convolution)
    case .squeezeExcitation(let reduce, let expand):
      let input = value
      assign("torch.mean(\(input), [2, 3], True)")
      add(reduce)
      add(expand)
      assign("\(input) * \(value)")
    case .residual(let body, let shortcut, let activation):
      let input = value
      add(body)
      let output = value
      value = input
      if case .layers(let side) = shortcut { add(side) }
      assign("\(output) + \(value)")
      add(activation)
    case .maxPool(let kernel, let stride, let padding):
      let window = "\(Self.pair(kernel)), \(Self.pair(stride)), \(Self.pair(padding))"
      assign("torch.max_pool2d(\(value), \(window), [1, 1], False)")
    case .averagePool(let kernel, let stride):
      // Partial windows at the border count their own pixels only.
      let window = "\(Self.pair(kernel)), \(Self.pair(stride)), [0, 0]"
      assign("torch.avg_pool2d(\(value), \(window), True, False, None)")
    case .globalAveragePool:
      assign("torch.mean(\(value), [2, 3], True)")
    case .linear(let linear):
      assign("torch.flatten(\(value), 1)")
      let (weight, bias) = (Self.reference(linear.weight.key), Self.reference(linear.bias.key))
      assign("torch.linear(\(value), \(weight), \(bias))")
    }
  }

  private mutating func add(_ convolution: Convolution) {
    let weight = Self.reference(convolution.weight.key)
    let bias = convolution.bias.map { Self.reference($0.key) } ?? "None"
    let (stride, padding) = (Self.pair(convolution.stride), Self.pair(convolution.padding))
    assign(
      "torch.conv2d(\(value), \(weight), \(bias), \(stride), \(padding), [1, 1], "
        + "\(convolution.groups))"
    )
    if let norm = convolution.norm {
      let tensors = ["weight", "bias", "running_mean", "running_var"].map {
        Self.reference("\(norm.key).\($0)")
      }
      assign(
        "torch.batch_norm(\(value), \(tensors.joined(separator: ", ")), False, \(norm.momentum), "
          + "\(norm.epsilon), False)"
      )
    }
    add(convolution.activation)
  }

  private mutating func add(_ activation: Activation) {
    switch activation {
    case .identity: break
    case .relu: assign("torch.relu(\(value))")
    case .relu6: assign("torch.hardtanh(\(value), 0., 6.)")
    case .hardSwish: assign("torch.hardswish(\(value))")
    case .hardSigmoid: assign("torch.hardsigmoid(\(value))")
    }
  }

  private static func pair(_ number: Int) -> String { "[\(number), \(number)]" }

  /// A tensor by its name: `getattr(self.blocks, "0").weight` for `blocks.0.weight`.
  private static func reference(_ name: String) -> String {
    name.split(separator: ".").reduce("self") { path, part in
      part.first?.isNumber == true ? "getattr(\(path), \"\(part)\")" : "\(path).\(part)"
    }
  }
}
