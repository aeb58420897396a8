/// What can be wrong with an ONNX model.
public enum ONNXError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes are not a model as regnas writes them.
  case damaged(String)
  /// A node of an operator that regnas does not run.
  case unknownOperator(String, node: String)
  /// A node whose inputs or attributes are not among those that regnas runs.
  case unsupportedNode(String, operator: String, reason: String)
  /// A value has not the shape that the file says it has.
  case wrongShape(value: String, declared: String, found: [Int])
  /// Images are not what the model takes.
  case wrongImages(expected: String, found: String)
  /// The numbers of means and deviations are not that of the channels.
  case wrongNormalisation(channels: Int, means: Int, deviations: Int)

  public var description: String {
    switch self {
    case .damaged(let reason):
      "the ONNX model cannot be read: \(reason). Export it again with this version of regnas."
    case .unknownOperator(let name, let node):
      "the ONNX model has the operator '\(name)' at the node '\(node)', which regnas does not run; "
        + "only models that regnas wrote can be run"
    case .unsupportedNode(let node, let name, let reason):
      "the ONNX model cannot be run at the node '\(node)' (\(name)): \(reason); only models that regnas "
        + "wrote can be run"
    case .wrongShape(let value, let declared, let found):
      "the ONNX model says that '\(value)' is \(declared), and it is \(found). Export it again with this "
        + "version of regnas."
    case .wrongImages(let expected, let found):
      "the ONNX model takes images \(expected), and these are \(found)"
    case .wrongNormalisation(let channels, let means, let deviations):
      "there are \(means) means and \(deviations) deviations for \(channels) channels; give one of each "
        + "for every channel"
    }
  }
}
