extension NetworkDescription {
  /// The cost of each layer, in order, shortcut layers after the body they bypass.
  ///
  /// Throws ``NetworkError/inconsistentLayers(layer:reason:)`` when a layer does not take what the
  /// one before it gives, so a space under construction is checked by asking for its costs.
  public func layerCosts() throws(NetworkError) -> [LayerCost] { try walk().costs }

  private func walk() throws(NetworkError) -> LayerWalk {
    var walk = LayerWalk(channels: inputChannels, size: resolution)
    try walk.visit(layers)
    guard walk.channels == classes, walk.size == 1 else {
      throw .inconsistentLayers(
        layer: "the end",
        reason: "it gives \(walk.channels ?? 0)x\(walk.size)x\(walk.size), not \(classes) classes"
      )
    }
    return walk
  }

  /// Multiply-accumulate operations for one image, by the convention of the field: convolutions and
  /// the classifier count, norms, activations, pooling, additions and biases do not.
  public func macs() throws(NetworkError) -> Int {
    try walk().macs
  }

  /// Values that each of ``layers`` gives for one image.
  public func outputCounts() throws(NetworkError) -> [Int] {
    var walk = LayerWalk(channels: inputChannels, size: resolution)
    var counts: [Int] = []
    for layer in layers {
      try walk.visit([layer])
      counts.append((walk.channels ?? 0) * walk.size * walk.size)
    }
    return counts
  }

  /// Trainable parameters of the extracted network.
  public var parameters: Int { parameterCount(layers) }
}
