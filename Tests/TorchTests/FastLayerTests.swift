import Networks
import RandomStreams
import TestSupport
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

  /// The processor can say that the ways of a GPU are the same function, not that they are fast.
  @Test(
    arguments: convolutions + [
      .init(channels: 16, out: 16, size: 9, kernel: 7, groups: 16),
      .init(channels: 16, out: 16, size: 9, kernel: 7, stride: 2, groups: 16),
    ]
  )
  func convolutionOnAGPUEqualsLibtorchs(_ c: Convolution) throws {
    let x = try normal([5, c.channels, c.size, c.size], seed: 1).channelsLast()
    let w = try normal([c.out, c.channels / c.groups, c.kernel, c.kernel], seed: 2).channelsLast()
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
    func onGPU(_ inputs: [Tensor]) throws -> Tensor {
      let y = try inputs[0].convolvedAsOnGPU(
        with: inputs[1],
        bias: inputs[2],
        stride: c.stride,
        padding: c.kernel / 2,
        groups: c.groups
      )
      #expect(y.isChannelsLast)
      return y
    }
    let recorded = try run([x, w, b], onGPU)
    #expect(try error(recorded.output, plain.output) <= 1e-5)
    for (a, b) in zip(recorded.gradients, plain.gradients) { #expect(try error(a, b) <= 1e-4) }
    let unrecorded = try withoutGradient { try onGPU([x, w, b]) }
    #expect(try error(unrecorded, plain.output) <= 1e-5)
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
    #expect(try TorchRuntime.withThreads(3, results) == TorchRuntime.withOneThread(results))
  }

  /// As libtorch's operations, one for each dimension and the order in memory, would do it.
  @Test func gradientsOfSlicesGoToTheParameter() throws {
    let x = try normal([4, 3, 5, 5], seed: 1).channelsLast()
    let w = try normal([6, 5, 3, 3], seed: 2).channelsLast()
    let shape = [4, 3, 3, 3]
    let plain = try run([x, w]) {
      try $0[0].convolved(with: $0[1].leading(shape), padding: 1)
        + $0[0].convolved(with: $0[1].leading([4, 3, 3, 3]) * 2, padding: 1)
    }
    let fast = try run([x, w]) {
      try $0[0].convolved(with: $0[1].parameterSlice(shape, channelsLast: true), padding: 1)
        + $0[0].convolved(with: $0[1].parameterSlice(shape) * 2, padding: 1)
    }
    #expect(try error(fast.output, plain.output) <= 1e-5)
    for (a, b) in zip(fast.gradients, plain.gradients) { #expect(try error(a, b) <= 1e-5) }
    #expect(try w.parameterSlice(shape).bytes() == w.leading(shape).bytes())
    #expect(throws: TorchError.self) { try w.parameterSlice([7, 3, 3, 3]) }
    #expect(throws: TorchError.self) { try w.parameterSlice([6, 5]) }
  }

  /// Vectors longer than the channels, and of leaves or not.
  @Test(arguments: [true, false])
  func batchNormTakesTheLeadingChannels(areLeaves: Bool) throws {
    let x = try normal([3, 8, 6, 6], seed: 1).channelsLast()
    let inputs = try [x, normal([12], seed: 2), normal([12], seed: 3)]
    let running = try (0..<4).map { _ in try Tensor.ones([12]) }
    let batches = try Tensor(Int64(4))
    let plain = try run(inputs) {
      try $0[0].batchNormTraining(
        weight: $0[1].leading([8]),
        bias: $0[2].leading([8]),
        runningMean: running[0].leading([8]),
        runningVariance: running[1].leading([8]),
        momentum: 0.1,
        epsilon: 1e-5
      ).relu()
    }
    let fast = try run(inputs) {
      try $0[0].batchNormTraining(
        weight: areLeaves ? $0[1] : $0[1] * 1,
        bias: areLeaves ? $0[2] : $0[2] * 1,
        runningMean: running[2],
        runningVariance: running[3],
        batches: batches,
        momentum: 0.1,
        epsilon: 1e-5,
        then: .relu
      )
    }
    #expect(try error(fast.output, plain.output) <= 1e-5)
    for (a, b) in zip(fast.gradients, plain.gradients) { #expect(try error(a, b) <= 1e-4) }
    for (a, b) in [(2, 0), (3, 1)] { #expect(try error(running[a], running[b]) <= 1e-6) }
    #expect(try batches.array(Int.self) == [5])
  }

  @Test(arguments: [(5, 8), (24, 8), (72, 24)])
  func squeezeAndExcitationEqualsLibtorchs(_ channels: Int, _ hidden: Int) throws {
    let x = try normal([3, channels, 7, 6], seed: 1).channelsLast()
    let weights = [
      try normal([hidden, channels, 1, 1], seed: 2), try normal([hidden], seed: 3),
      try normal([channels, hidden, 1, 1], seed: 4), try normal([channels], seed: 5),
    ]
    let plain = try run([x] + weights) {
      let reduced = try $0[0].mean([2, 3], keep: true).convolved(with: $0[1], bias: $0[2]).relu()
      return try $0[0] * reduced.convolved(with: $0[3], bias: $0[4]).hardSigmoid()
    }
    let fast = try run([x] + weights) {
      try $0[0].squeezeExcited(reduce: ($0[1], $0[2]), expand: ($0[3], $0[4]))
    }
    #expect(try error(fast.output, plain.output) <= 1e-5)
    for (a, b) in zip(fast.gradients, plain.gradients) { #expect(try error(a, b) <= 1e-4) }
  }

  /// In both element types, to the last value of a broken vector.
  @Test(arguments: [ElementType.float32, .bfloat16], FusedActivation.allCases)
  func activationsInPlaceEqualLibtorchs(_ type: ElementType, _ activation: FusedActivation) throws {
    let x = try (normal([3, 7, 5, 5], seed: 1) * 4).to(type).channelsLast()
    // A convolution that changes nothing.
    let identity = try Tensor(
      (0..<49).map { $0 % 8 == 0 ? 1 : 0 as Float },
      shape: [7, 7, 1, 1]
    ).to(type).channelsLast()
    let ours: [Float] = try withoutGradient {
      let y = try x.convolved(
        with: identity,
        bias: nil,
        stride: 1,
        padding: 0,
        groups: 1,
        then: activation
      )
      return try y.to(.float32).array()
    }
    let wide = try x.to(.float32)
    let expected: Tensor =
      switch activation {
      case .identity: wide
      case .relu: try wide.relu()
      case .relu6: try wide.relu6()
      case .hardSwish: try wide.hardSwish()
      }
    let tolerance: Float = type == .float32 ? 1e-6 : 1.0 / 256
    for (a, b) in zip(ours, try expected.array(Float.self)) {
      #expect(abs(a - b) <= tolerance * abs(b) + 1e-6)
    }
  }

  /// Rounded inputs, weights and gradients: 8 bits of each product. Without AVX-512 libtorch rounds sums
  /// too (0.05 was seen).
  @Test(arguments: convolutions.filter { $0.groups == 1 })
  func roundedConvolutionIsNearLibtorchs(_ c: Convolution) throws {
    let x = try normal([18, c.channels, c.size, c.size], seed: 1).channelsLast()
    let w = try normal([c.out, c.channels, c.kernel, c.kernel], seed: 2).channelsLast()
    func convolved(_ inputs: [Tensor], rounded: Bool) throws -> Tensor {
      try inputs[0].fastConvolved(
        with: inputs[1],
        stride: c.stride,
        padding: c.kernel / 2,
        rounded: rounded
      )
    }
    let plain = try run([x, w]) { try convolved($0, rounded: false) }
    let rounded = try run([x, w]) { try convolved($0, rounded: true) }
    let errors =
      try [error(rounded.output, plain.output)]
      + zip(rounded.gradients, plain.gradients).map { try error($0, $1) }
    let tolerance = Processor.hasAVX512 ? 2e-2 : 1e-1
    for error in errors { #expect(error > 1e-6 && error <= tolerance, "\(error)") }
  }

  @Test func squeezeAndExcitationInBFloat16IsNearFloat32() throws {
    let inputs = try [
      normal([3, 24, 7, 6], seed: 1).channelsLast(), normal([8, 24, 1, 1], seed: 2) * 0.2,
      normal([8], seed: 3), normal([24, 8, 1, 1], seed: 4) * 0.2, normal([24], seed: 5),
    ]
    func excited(_ type: ElementType) throws -> Tensor {
      let a = try inputs.map { try $0.to(type) }
      return try withoutGradient {
        try a[0].squeezeExcited(reduce: (a[1], a[2]), expand: (a[3], a[4])).to(.float32)
      }
    }
    #expect(try error(excited(.bfloat16), excited(.float32)) <= 2e-2)
  }
}
