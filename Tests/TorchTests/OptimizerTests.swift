import Testing
import Torch

/// A quadratic whose gradient at `w` is `w - 1`, elementwise.
private func descend(_ weight: Tensor) throws {
  let difference = try weight - 1
  try ((difference * difference).sum() * 0.5).backward()
}

@Suite struct OptimizerTests {
  @Test func sgdFollowsItsFormula() throws {
    let weight = try Tensor([3.0], shape: [1])
    try weight.requireGradient()
    let sgd = try SGD([("w", weight)], momentum: 0.9) { _ in 0.01 }
    var (w, v) = (3.0, 0.0)
    for _ in 0..<5 {
      try descend(weight)
      try sgd.step(learningRate: 0.1)
      let g = (w - 1) + 0.01 * w
      v = 0.9 * v + g
      w -= 0.1 * (g + 0.9 * v)
      #expect(abs(try weight.scalar() - w) < 1e-12)
    }
  }

  /// The one pass over float32 tensors in any memory order, and the operations elsewhere.
  @Test func sgdIsTheSameInEveryMemoryOrderAndPrecision() throws {
    let values: [Float] = (0..<150).map { Float($0 % 17) / 8 - 1 }
    let plain: Tensor = try Tensor(values, shape: [2, 3, 5, 5])
    let weights: [Tensor] = [
      try plain.clone(), try plain.channelsLast().clone(), try plain.to(.float64).clone(),
    ]
    for weight in weights { try weight.requireGradient() }
    let sgd = try SGD(weights.enumerated().map { ("\($0)", $1) }, momentum: 0.9) { _ in 0.01 }
    for _ in 0..<4 {
      for weight in weights { try descend(weight * weight) }
      let norm: Double = try clipGradients([weights[2]], to: nil)
      for weight in weights.prefix(2) {
        let other: Double = try clipGradients([weight], to: nil)
        #expect(abs(other - norm) <= 1e-6 * norm)
      }
      try sgd.step(learningRate: 0.05)
    }
    let exact: [Double] = try weights[2].array()
    for weight in weights.prefix(2) {
      let values: [Float] = try weight.array()
      for (value, exact) in zip(values, exact) { #expect(abs(Double(value) - exact) <= 1e-6) }
      #expect(try weight.gradient() == nil)
    }
  }

  @Test func adamFollowsItsFormula() throws {
    let weight = try Tensor([3.0], shape: [1])
    try weight.requireGradient()
    let adam = try Adam([("w", weight)])
    var (w, m, v) = (3.0, 0.0, 0.0)
    var (power1, power2) = (1.0, 1.0)
    for _ in 0..<5 {
      try descend(weight)
      try adam.step(learningRate: 0.1)
      let g = w - 1
      m = 0.9 * m + 0.1 * g
      v = 0.999 * v + 0.001 * g * g
      power1 *= 0.9
      power2 *= 0.999
      w -= 0.1 * (m / (1 - power1)) / ((v / (1 - power2)).squareRoot() + 1e-8)
      #expect(abs(try weight.scalar() - w) < 1e-12)
    }
  }

  @Test func restoredOptimizersGoOnBitForBit() throws {
    func run(interrupted: Bool) throws -> ([Double], [Double]) {
      let a = try Tensor([3.0, -1.0], shape: [2])
      let b = try Tensor([2.0], shape: [1])
      for tensor in [a, b] { try tensor.requireGradient() }
      var sgd = try SGD([("a", a)], momentum: 0.9) { _ in 0 }
      var adam = try Adam([("b", b)])
      for step in 0..<6 {
        if interrupted, step == 3 {
          let (sgdState, adamState) = (try sgd.state(), try adam.state())
          sgd = try SGD([("a", a)], momentum: 0.9) { _ in 0 }
          adam = try Adam([("b", b)])
          try sgd.restore(sgdState)
          try adam.restore(adamState)
        }
        try descend(a)
        try descend(b)
        try sgd.step(learningRate: 0.1)
        try adam.step(learningRate: 0.1)
      }
      return (try a.array(Double.self), try b.array(Double.self))
    }
    let (whole, parts) = (try run(interrupted: false), try run(interrupted: true))
    #expect(whole == parts)
  }

  @Test func restoringRefusesForeignState() throws {
    let weight = try Tensor([3.0], shape: [1])
    let sgd = try SGD([("w", weight)], momentum: 0.9) { _ in 0 }
    #expect(throws: TorchError.self) { try sgd.restore([:]) }
    #expect(throws: TorchError.self) {
      try sgd.restore(["velocity/w": Tensor([1.0, 2.0], shape: [2])])
    }
  }

  @Test func clippingKeepsTheDirectionAndReportsTheNorm() throws {
    let (a, b) = (try Tensor([4.0], shape: [1]), try Tensor([5.0], shape: [1]))
    for tensor in [a, b] {
      try tensor.requireGradient()
      try descend(tensor)
    }
    #expect(abs(try clipGradients([a, b], to: 1) - 5) < 1e-12)
    #expect(abs(try #require(try a.gradient()).scalar() - 0.6) < 1e-12)
    #expect(abs(try #require(try b.gradient()).scalar() - 0.8) < 1e-12)
    #expect(abs(try clipGradients([a, b], to: nil) - 1) < 1e-12)
  }

  /// A loss that is not finite shows in the norm, and nothing is clipped; one that is changes no bit.
  @Test func theNormTellsOfLossesThatAreNotFinite() throws {
    let a = try Tensor([4.0], shape: [1])
    try a.requireGradient()
    try descend(a)
    let plain: Double = try clipGradients([a], to: nil)
    func norm(_ losses: Double...) throws -> Double {
      try clipGradients([a], of: losses.map { try Tensor($0).to(.float32) }, to: 1e9)
    }
    #expect(try norm(3, -2, 0) == plain)
    #expect(try norm(3, .nan).isNaN && norm(.infinity).isNaN && norm(-.infinity, 1).isNaN)
    #expect(try clipGradients([], of: [Tensor(1.0)], to: nil) == 0)
  }
}
