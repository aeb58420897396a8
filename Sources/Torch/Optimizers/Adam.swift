import Foundation

/// Adam (Kingma and Ba, ICLR 2015, algorithm 1), without weight decay.
package final class Adam {
  package let beta1: Double
  package let beta2: Double
  package let epsilon: Double
  private let parameters: [(name: String, value: Tensor)]
  private var first: [Tensor]
  private var second: [Tensor]
  private var steps = 0

  package init(
    _ parameters: [(name: String, value: Tensor)],
    beta1: Double = 0.9,
    beta2: Double = 0.999,
    epsilon: Double = 1e-8
  ) throws {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.parameters = parameters
    first = try parameters.map { try $0.value.zerosLike() }
    second = try parameters.map { try $0.value.zerosLike() }
  }

  /// Applies the collected gradients and clears them.
  package func step(learningRate: Double) throws {
    steps += 1
    let correction1 = 1 - pow(beta1, Double(steps))
    let correction2 = 1 - pow(beta2, Double(steps))
    try withoutGradient {
      for (index, parameter) in parameters.enumerated() {
        guard let gradient = try parameter.value.gradient() else { continue }
        let (m, v) = (first[index], second[index])
        try m.multiplyInPlace(beta1)
        try m.addInPlace(gradient, scale: 1 - beta1)
        try v.multiplyInPlace(beta2)
        try v.addSquareInPlace(gradient, scale: 1 - beta2)
        let denominator = try v.squareRoot() * (1 / correction2.squareRoot()) + epsilon
        try parameter.value.addInPlace(m / denominator, scale: -learningRate / correction1)
        try parameter.value.clearGradient()
      }
    }
  }

  /// `first/<parameter>`, `second/<parameter>` and `steps`.
  package func state() throws -> [String: Tensor] {
    var result = ["steps": try Tensor(Int64(steps))]
    for (index, parameter) in parameters.enumerated() {
      result["first/" + parameter.name] = try first[index].to(device: .cpu).clone()
      result["second/" + parameter.name] = try second[index].to(device: .cpu).clone()
    }
    return result
  }

  package func restore(_ state: [String: Tensor]) throws {
    for (index, parameter) in parameters.enumerated() {
      try first[index].restore(from: state, key: "first/" + parameter.name)
      try second[index].restore(from: state, key: "second/" + parameter.name)
    }
    let stored = try Tensor(Int64(0))
    try stored.restore(from: state, key: "steps")
    steps = Int(try stored.scalar())
  }
}
