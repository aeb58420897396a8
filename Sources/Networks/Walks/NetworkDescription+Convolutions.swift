extension NetworkDescription {
  /// All convolutions in the order of the state dict: bodies of residuals before their shortcuts.
  package var convolutions: [Convolution] { Self.convolutions(of: layers) }

  /// All batch norms, in the same order.
  package var norms: [BatchNorm] { convolutions.compactMap(\.norm) }

  private static func convolutions(of layers: [Layer]) -> [Convolution] {
    layers.flatMap { layer -> [Convolution] in
      switch layer {
      case .convolution(let convolution): [convolution]
      case .squeezeExcitation(let reduce, let expand): [reduce, expand]
      case .residual(let body, .identity, _): convolutions(of: body)
      case .residual(let body, .layers(let side), _):
        convolutions(of: body) + convolutions(of: side)
      case .maxPool, .averagePool, .globalAveragePool, .linear: []
      }
    }
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
