/// What has to hold of a model before it is run, whatever its nodes do.
enum ModelCheck {
  /// Throws ``ONNXError/damaged(_:)``.
  static func check(_ model: OnnxModelProto) throws(ONNXError) {
    guard model.irVersion == ONNXModel.irVersion else {
      throw .damaged("it is of IR version \(model.irVersion), not \(ONNXModel.irVersion)")
    }
    let sets = model.opsetImport
    guard sets.count == 1, sets[0].domain.isEmpty, sets[0].version == ONNXModel.operatorSet else {
      let found = sets.map { "\($0.domain) \($0.version)" }.joined(separator: ", ")
      throw .damaged("it is of the operator set '\(found)', not \(ONNXModel.operatorSet)")
    }
    guard model.graph.input.count == 1, model.graph.output.count == 1 else {
      throw .damaged(
        "it has \(model.graph.input.count) inputs and \(model.graph.output.count) outputs, not one of each"
      )
    }
    try checkValues(model.graph)
  }

  /// Every value is made once, and before it is used.
  private static func checkValues(_ graph: OnnxGraphProto) throws(ONNXError) {
    var known: Set<String> = []
    for name in graph.initializer.map(\.name) + graph.input.map(\.name) {
      guard known.insert(name).inserted else { throw .damaged("'\(name)' is there twice") }
    }
    for node in graph.node {
      if let missing = node.input.first(where: { !known.contains($0) }) {
        throw .damaged("the node '\(node.name)' uses '\(missing)', which is not there yet")
      }
      guard node.output.count == 1 else {
        throw .damaged("the node '\(node.name)' has \(node.output.count) outputs, not one")
      }
      guard known.insert(node.output[0]).inserted else {
        throw .damaged("'\(node.output[0])' is there twice")
      }
    }
    guard known.contains(graph.output[0].name) else {
      throw .damaged("no node gives '\(graph.output[0].name)'")
    }
  }
}
