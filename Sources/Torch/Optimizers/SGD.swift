import CTorch

/// Stochastic gradient descent with Nesterov momentum:
///
///     g = gradient + decay * w;  v = momentum * v + g;  w -= rate * (g + momentum * v)
///
/// (Sutskever et al., ICML 2013, in the form used by torch). The state is one velocity per
/// parameter, zero at the start.
package final class SGD {
  package let momentum: Double
  private let parameters: [(name: String, value: Tensor, decay: Double)]
  private var velocities: [Tensor]

  /// `decay` is the weight decay of the parameter of that name.
  package init(
    _ parameters: [(name: String, value: Tensor)],
    momentum: Double,
    decay: (String) -> Double
  ) throws {
    self.momentum = momentum
    self.parameters = parameters.map { ($0.name, $0.value, decay($0.name)) }
    velocities = try parameters.map { try $0.value.zerosLike() }
  }

  /// Applies the collected gradients and clears them. A parameter that no gradient reached is left
  /// alone, velocity included.
  package func step(learningRate: Double) throws {
    try check("SGD step") {
      rt_sgd_step(
        parameters.map(\.value.handle),
        velocities.map(\.handle),
        parameters.map(\.decay),
        Int32(parameters.count),
        learningRate,
        momentum,
        $0
      )
    }
  }

  /// `velocity/<parameter>` for every parameter.
  package func state() throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (parameter, velocity) in zip(parameters, velocities) {
      result["velocity/" + parameter.name] = try velocity.to(device: .cpu).clone()
    }
    return result
  }

  package func restore(_ state: [String: Tensor]) throws {
    for (parameter, velocity) in zip(parameters, velocities) {
      try velocity.restore(from: state, key: "velocity/" + parameter.name)
    }
  }
}

extension Tensor {
  /// Takes the values stored under `key`. Throws when there is none or its shape differs.
  package func restore(from state: [String: Tensor], key: String) throws {
    guard let stored = state[key] else {
      throw TorchError(operation: "restore", message: "the state holds no '\(key)'")
    }
    guard stored.shape == shape else {
      throw TorchError(
        operation: "restore",
        operands: [stored.summary, summary],
        message: "the stored '\(key)' has another shape"
      )
    }
    try withoutGradient { try assign(stored) }
  }
}
