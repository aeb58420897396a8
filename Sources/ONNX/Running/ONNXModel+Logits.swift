import Torch

extension ONNXModel {
  /// Logits `[batch, classes]` of images in the element type and layout of the model's input, computed by
  /// what the file says: its nodes in their order, with its attributes and tensors.
  ///
  /// This is what an exported file is verified by. It shares no code with the way the network itself is
  /// computed but libtorch's operations, and refuses what it does not know instead of passing over it.
  ///
  /// Throws ``ONNXError`` for images that do not fit, an operator or attribute that is not known and a
  /// value that has not its declared shape, and `TorchError`.
  public func logits(_ images: Tensor) throws -> Tensor {
    let (input, output) = (model.graph.input[0], model.graph.output[0])
    guard input.elementType == images.elementType.onnx, input.allows(images.shape) else {
      let type = ElementType(onnx: input.elementType).map(String.init(describing:)) ?? "?"
      throw ONNXError.wrongImages(expected: type + input.shapeText, found: images.summary)
    }
    var declared: [String: OnnxValueInfoProto] = [:]
    for value in model.graph.valueInfo + [output] { declared[value.name] = value }
    let lastUses = self.lastUses
    return try withoutGradient {
      var values = initializers
      values[input.name] = images
      for (index, node) in model.graph.node.enumerated() {
        let result = try NodeReader(node, values).run()
        let name = node.output[0]
        if let value = declared[name], !value.allows(result.shape) {
          throw ONNXError.wrongShape(value: name, declared: value.shapeText, found: result.shape)
        }
        values[name] = result
        for input in node.input where lastUses[input] == index { values[input] = nil }
      }
      guard let logits = values[output.name] else {
        throw ONNXError.damaged("no node gives '\(output.name)'")
      }
      return logits
    }
  }

  /// Number of the node after which each value is not needed any more.
  private var lastUses: [String: Int] {
    var uses: [String: Int] = [:]
    for (index, node) in model.graph.node.enumerated() {
      for input in node.input { uses[input] = index }
    }
    uses[model.graph.output[0].name] = nil
    return uses
  }
}

extension ElementType {
  /// ONNX's number of the type; nil for those that models of ours do not have.
  fileprivate var onnx: Int32? {
    switch self {
    case .float32: Int32(OnnxTensorProto.DataType.float.rawValue)
    case .uint8: Int32(OnnxTensorProto.DataType.uint8.rawValue)
    default: nil
    }
  }

  fileprivate init?(onnx number: Int32) {
    guard let type = [ElementType.float32, .uint8].first(where: { $0.onnx == number }) else {
      return nil
    }
    self = type
  }
}
