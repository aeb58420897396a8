extension [Layer] {
  /// Visits every convolution and every linear layer in the order of the state dict: bodies of
  /// residuals before their shortcuts.
  func forEachWeighted(
    convolution: (Convolution) throws -> Void,
    linear: (Linear) throws -> Void
  ) rethrows {
    for layer in self {
      switch layer {
      case .convolution(let layer): try convolution(layer)
      case .squeezeExcitation(let reduce, let expand):
        try convolution(reduce)
        try convolution(expand)
      case .residual(let body, let shortcut, _):
        try body.forEachWeighted(convolution: convolution, linear: linear)
        if case .layers(let side) = shortcut {
          try side.forEachWeighted(convolution: convolution, linear: linear)
        }
      case .maxPool, .averagePool, .globalAveragePool: break
      case .linear(let layer): try linear(layer)
      }
    }
  }

  var convolutions: [Convolution] {
    var result: [Convolution] = []
    forEachWeighted {
      result.append($0)
    } linear: { _ in
    }
    return result
  }
}

extension NetworkDescription {
  /// In the order of the state dict.
  package var convolutions: [Convolution] { layers.convolutions }

  /// In the order of the state dict.
  package var norms: [BatchNorm] { convolutions.compactMap(\.norm) }

  /// In the order of the state dict.
  package var linears: [Linear] {
    var result: [Linear] = []
    layers.forEachWeighted { _ in
    } linear: {
      result.append($0)
    }
    return result
  }

  /// The same network with every convolution and the classifier changed.
  package func mapping(
    convolution: (Convolution) throws -> Convolution,
    linear: (Linear) throws -> Linear
  ) rethrows -> NetworkDescription {
    func map(_ layers: [Layer]) throws -> [Layer] {
      try layers.map { layer in
        switch layer {
        case .convolution(let value):
          .convolution(try convolution(value))
        case .squeezeExcitation(let reduce, let expand):
          .squeezeExcitation(reduce: try convolution(reduce), expand: try convolution(expand))
        case .residual(let body, .identity, let activation):
          .residual(body: try map(body), shortcut: .identity, activation: activation)
        case .residual(let body, .layers(let side), let activation):
          .residual(
            body: try map(body),
            shortcut: .layers(try map(side)),
            activation: activation
          )
        case .maxPool, .averagePool, .globalAveragePool:
          layer
        case .linear(let value):
          .linear(try linear(value))
        }
      }
    }
    var result = self
    result.layers = try map(layers)
    return result
  }
}
