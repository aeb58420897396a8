import Torch

/// One node of a file with the tensors it takes. Whatever is read of it is marked, so that an attribute
/// that nobody asked for is an error and not passed over.
struct NodeReader {
  let node: OnnxNodeProto
  private let inputs: [Tensor]
  private var attributes: [String: OnnxAttributeProto] = [:]

  init(_ node: OnnxNodeProto, _ values: [String: Tensor]) throws {
    self.node = node
    inputs = try node.input.map { name in
      guard let tensor = values[name] else {
        throw ONNXError.damaged("the node '\(node.name)' uses '\(name)', which is not there yet")
      }
      return tensor
    }
    for attribute in node.attribute {
      guard attributes.updateValue(attribute, forKey: attribute.name) == nil else {
        throw unsupported("the attribute '\(attribute.name)' is there twice")
      }
    }
  }

  func unsupported(_ reason: String) -> ONNXError {
    .unsupportedNode(node.name, operator: node.opType, reason: reason)
  }

  /// The inputs, which must be as many as one of `counts` says.
  func inputs(_ counts: Int...) throws(ONNXError) -> [Tensor] {
    guard counts.contains(inputs.count) else { throw unsupported("it has \(inputs.count) inputs") }
    return inputs
  }

  /// The first of the inputs, which must be an image or a map: `[batch, channels, height, width]`.
  func map(of inputs: [Tensor]) throws(ONNXError) -> Tensor {
    guard inputs[0].rank == 4 else {
      throw unsupported("it takes four dimensions, not \(inputs[0].shape)")
    }
    return inputs[0]
  }

  mutating func int(_ name: String, default value: Int) throws(ONNXError) -> Int {
    guard let attribute = attributes.removeValue(forKey: name) else { return value }
    guard attribute.type == .int, attribute.hasI else {
      throw unsupported("its attribute '\(name)' is no integer")
    }
    return Int(attribute.i)
  }

  mutating func float(_ name: String, default value: Double) throws(ONNXError) -> Double {
    guard let attribute = attributes.removeValue(forKey: name) else { return value }
    guard attribute.type == .float, attribute.hasF else {
      throw unsupported("its attribute '\(name)' is no number")
    }
    return Double(attribute.f)
  }

  mutating func ints(_ name: String, default values: [Int]) throws(ONNXError) -> [Int] {
    guard let attribute = attributes.removeValue(forKey: name) else { return values }
    guard attribute.type == .ints else {
      throw unsupported("its attribute '\(name)' is no list of integers")
    }
    return attribute.ints.map(Int.init)
  }

  /// An attribute that the operations here cannot have otherwise.
  mutating func require(_ name: String, _ value: Int, default standard: Int) throws(ONNXError) {
    let found = try int(name, default: standard)
    guard found == value else { throw unsupported("its attribute '\(name)' is \(found)") }
  }

  /// Throws for an attribute that was not asked for.
  func finish() throws(ONNXError) {
    guard let name = attributes.keys.min() else { return }
    throw unsupported("it has the attribute '\(name)'")
  }
}
