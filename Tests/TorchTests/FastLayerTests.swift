import RandomStreams
import Testing
import Torch

/// Layers of our own against libtorch's: values, and gradients of everything.
@Suite("Fast layers")
struct FastLayerTests {
  private func normal(_ shape: [Int], seed: UInt64) throws -> Tensor {
    var random = RandomStream(seed: seed, name: "fast layers")
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    random.fillNormal(&values, standardDeviation: 1)
    return try Tensor(values, shape: shape)
  }

  /// Largest difference, relative to the largest value.
  private func error(_ a: Tensor?, _ b: Tensor?) throws -> Double {
    let (a, b) = (try #require(a), try #require(b))
    return try withoutGradient {
      try (a - b).magnitude().max().scalar() / b.magnitude().max().scalar()
    }
  }

  /// Runs `layer` on copies of `inputs` that collect gradients.
  private func run(
    _ inputs: [Tensor],
    _ layer: ([Tensor]) throws -> Tensor
  ) throws -> (output: Tensor, gradients: [Tensor?]) {
    let leaves = try inputs.map { try $0.clone() }
    for leaf in leaves { try leaf.requireGradient() }
    let output = try layer(leaves)
    try output.backward(normal(output.shape, seed: 9))
    return (try output.detached(), try leaves.map { try $0.gradient() })
  }

  struct Convolution: Sendable, CustomTestStringConvertible {
    var channels = 8, out = 8, size = 7, kernel = 3, stride = 1, groups = 8
    var testDescription: String {
      "\(channels) to \(out), \(size) px, kernel \(kernel), stride \(stride), groups \(groups)"
    }
  }

  /// Whole and broken blocks of sixteen channels, even and odd maps, every kernel, dense and depthwise.
  static let convolutions: [Convolution] = [
    .init(channels: 16, out: 16, kernel: 3, groups: 16),
    .init(channels: 24, out: 24, size: 9, kernel: 5, groups: 24),
    .init(channels: 5, out: 5, size: 8, kernel: 7, groups: 5),
    .init(channels: 24, out: 24, size: 8, kernel: 5, stride: 2, groups: 24),
    .init(channels: 19, out: 19, size: 7, kernel: 3, stride: 2, groups: 19),
    .init(channels: 16, out: 16, size: 1, kernel: 5, groups: 16),
    .init(channels: 8, out: 12, kernel: 1, groups: 1),
    .init(channels: 6, out: 10, size: 8, kernel: 3, stride: 2, groups: 1),
  ]

  /// 1e-4 is the bound the project sets itself; float32 sums of some hundred terms are near 1e-6.
  @Test(arguments: convolutions)
  func convolutionEqualsLibtorchs(_ c: Convolution) throws {
    // More than one chunk of images, the last one broken.
    let x = try normal([37, c.channels, c.size, c.size], seed: 1).channelsLast()
    let w = try normal([c.out, c.channels / c.groups, c.kernel, c.kernel], seed: 2)
    let b = try normal([c.out], seed: 3)
    let plain = try run([x, w, b]) {
      try $0[0].convolved(
        with: $0[1],
        bias: $0[2],
        stride: c.stride,
        padding: c.kernel / 2,
        groups: c.groups
      )
    }
    let fast = try run([x, w, b]) {
      try $0[0].fastConvolved(
        with: $0[1],
        bias: $0[2],
        stride: c.stride,
        padding: c.kernel / 2,
        groups: c.groups
      )
    }
    #expect(try error(fast.output, plain.output) <= 1e-5)
    for (a, b) in zip(fast.gradients, plain.gradients) { #expect(try error(a, b) <= 1e-4) }
  }

  @Test(arguments: FusedActivation.allCases, [(3, 5), (24, 16)])
  func batchNormEqualsLibtorchs(_ activation: FusedActivation, _ size: (Int, Int)) throws {
    let (channels, pixels) = size
    // Away from zero, as maps before a batch norm are; more than one block of rows.
    let x = try (normal([3, channels, pixels, pixels], seed: 1) * 2 + 5).channelsLast()
    let inputs = try [x, normal([channels], seed: 2) * 2, normal([channels], seed: 3)]
    let running = try (0..<4).map { _ in try Tensor.ones([channels]) }
    let plain = try run(inputs) {
      let y = try $0[0].batchNormTraining(
        weight: $0[1],
        bias: $0[2],
        runningMean: running[0],
        runningVariance: running[1],
        momentum: 0.1,
        epsilon: 1e-5
      )
      return switch activation {
      case .identity: y
      case .relu: try y.relu()
      case .relu6: try y.relu6()
      case .hardSwish: try y.hardSwish()
      }
    }
    let fast = try run(inputs) {
      try $0[0].batchNormTraining(
        weight: $0[1],
        bias: $0[2],
        runningMean: running[2],
        runningVariance: running[3],
        momentum: 0.1,
        epsilon: 1e-5,
        then: activation
      )
    }
    #expect(try error(fast.output, plain.output) <= 1e-5)
    for (a, b) in zip(fast.gradients, plain.gradients) { #expect(try error(a, b) <= 1e-4) }
    #expect(try error(running[2], running[0]) <= 1e-6)
    #expect(try error(running[3], running[1]) <= 1e-5)
  }

  /// Chunks are fixed, so the sums are the same whoever computes them.
  @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
    let x = try normal([40, 24, 9, 9], seed: 1).channelsLast()
    let w = try normal([24, 1, 5, 5], seed: 2)
    let (scale, shift) = (try normal([24], seed: 3), try normal([24], seed: 4))
    func results() throws -> [[UInt8]] {
      let (output, gradients) = try run([x, w, scale, shift]) {
        try $0[0].fastConvolved(with: $0[1], padding: 2, groups: 24)
          .batchNormTraining(
            weight: $0[2],
            bias: $0[3],
            runningMean: nil,
            runningVariance: nil,
            momentum: 0.1,
            epsilon: 1e-5,
            then: .hardSwish
          )
      }
      return try ([output] + gradients.compactMap { $0 }).map { try $0.bytes() }
    }
    let before = TorchRuntime.threads
    try TorchRuntime.start(threads: 3, flushingDenormals: false)
    let several = try results()
    let one = try TorchRuntime.withOneThread { try results() }
    try TorchRuntime.start(threads: before, flushingDenormals: false)
    #expect(several == one)
  }
}
