import RandomStreams
import Testing
import Torch

@Suite struct TensorTests {
  @Test func valuesGoInAndComeOutInRowMajorOrder() throws {
    let values = (0..<24).map(Float.init)
    let tensor = try Tensor(values, shape: [2, 3, 4])
    #expect(try tensor.array(Float.self) == values)
    #expect(try tensor.permuted([2, 0, 1]).array(Float.self)[..<4] == [0, 4, 8, 12])
    #expect(try tensor.permuted([2, 0, 1]).shape == [4, 2, 3])
    #expect(try Tensor([true, false], shape: [2]).array(Bool.self) == [true, false])
    #expect(try Tensor([] as [Float], shape: [0, 3]).array(Float.self) == [])
  }

  @Test func channelsLastImagesKeepTheirPixels() throws {
    // Two images of one pixel row, three columns, two channels.
    let pixels: [Float] = [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60]
    let images = try Tensor(channelsLast: pixels, batch: 2, channels: 2, height: 1, width: 3)
    #expect(images.shape == [2, 2, 1, 3])
    #expect(images.isChannelsLast)
    #expect(try images.array(Float.self) == [1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60])
  }

  @Test func errorsNameTheOperationAndTheShapes() throws {
    let a = try Tensor.zeros([2, 3])
    let b = try Tensor.zeros([4, 5])
    let error = #expect(throws: TorchError.self) { try a.matmul(b) }
    #expect(error?.operation == "matmul")
    #expect(error?.operands == ["float32[2, 3]", "float32[4, 5]"])
    #expect(throws: TorchError.self) { try Tensor([1, 2] as [Float], shape: [3]) }
    #expect(throws: TorchError.self) { try a.array(Double.self) }
    #expect(throws: TorchError.self) { try a.narrowed(1, from: 2, count: 5) }
    #expect(throws: TorchError.self) { try a.scalar() }
  }

  @Test func devicesThatAreNotThereAreRefused() throws {
    #expect(try Device("cpu") == .cpu)
    #expect(throws: DeviceError.self) { try Device("gpu") }
    #expect(throws: DeviceError.self) { try Device("cuda:999") }
    #expect(throws: DeviceError.self) { try Device("cuda:-1") }
  }

  @Test func gradientsEqualFiniteDifferences() throws {
    // A function that goes through most layers; double precision, so that central differences are
    // good to about (1e-5)^2.
    var stream = RandomStream(seed: 1, name: "gradients")
    func random(_ shape: [Int]) throws -> Tensor {
      var values = [Float](repeating: 0, count: shape.reduce(1, *))
      stream.fillNormal(&values, standardDeviation: 1)
      return try Tensor(values.map(Double.init), shape: shape)
    }
    let input = try random([2, 3, 5, 5])
    let weight = try random([4, 3, 3, 3])
    let scale = try random([4])
    let labels = try Tensor([1, 3] as [Int64], shape: [2])
    func loss() throws -> Tensor {
      let convolved = try input.convolved(with: weight, stride: 2, padding: 1)
      let normalized = try convolved.batchNormTraining(
        weight: scale,
        bias: scale,
        runningMean: nil,
        runningVariance: nil,
        momentum: 0.1,
        epsilon: 1e-5
      )
      let pooled = try normalized.tanh().averagePooled(kernel: 2, stride: 2).mean([2, 3])
      return try pooled.crossEntropy(labels: labels, smoothing: 0.1)
    }
    try weight.requireGradient()
    try loss().backward()
    let gradient = try #require(try weight.gradient()).array(Double.self)
    let values = try weight.array(Double.self)
    try withoutGradient {
      for index in [0, 17, 50, 107] {
        var moved = values
        moved[index] += 1e-5
        try weight.assign(Tensor(moved, shape: weight.shape))
        let above = try loss().scalar()
        moved[index] -= 2e-5
        try weight.assign(Tensor(moved, shape: weight.shape))
        let below = try loss().scalar()
        try weight.assign(Tensor(values, shape: weight.shape))
        #expect(abs((above - below) / 2e-5 - gradient[index]) < 1e-7)
      }
    }
  }

  @Test func crossEntropyEqualsItsDefinition() throws {
    let logits = try Tensor([1, 2, 3, 0, 0, 0] as [Double], shape: [2, 3])
    let labels = try Tensor([2, 0] as [Int64], shape: [2])
    // -log softmax: row one log(1 + e^-1 + e^-2) = 0.40760596, row two log 3 = 1.09861229.
    #expect(abs(try logits.crossEntropy(labels: labels).scalar() - 0.753_109_126) < 1e-8)
    let target = try Tensor(
      [0.1 / 3, 0.1 / 3, 0.9 + 0.1 / 3, 0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3],
      shape: [2, 3]
    )
    #expect(
      abs(
        try logits.crossEntropy(labels: labels, smoothing: 0.1).scalar()
          - logits.crossEntropy(probabilities: target).scalar()
      ) < 1e-12
    )
  }

  @Test func imagesShrinkByAveraging() throws {
    let image = try Tensor([0, 4, 8, 12, 0, 4, 8, 12] as [Float], shape: [1, 1, 2, 4])
    #expect(try image.resized(height: 2, width: 4).array(Float.self) == image.array(Float.self))
    // Antialiased halving weighs the pixels around each new one 1 : 3 : 3 : 1, cut at the border.
    let half = try image.resized(height: 2, width: 2)
    #expect(half.shape == [1, 1, 2, 2])
    let values = try half.array(Float.self)
    let left = Float(3 * 0 + 3 * 4 + 1 * 8) / 7
    #expect(abs(values[0] - left) < 1e-5)
    #expect(abs(values[1] - (12 - left)) < 1e-5)
    #expect(throws: TorchError.self) { try Tensor.zeros([3]).resized(height: 2, width: 2) }
  }

  @Test func momentsAreBiasedAndPerChannel() throws {
    let images = try Tensor([1, 3, 5, 7] as [Float], shape: [2, 1, 1, 2])
    let (mean, variance) = try images.channelMoments()
    #expect(try mean.array(Float.self) == [4])
    #expect(try variance.array(Float.self) == [5])
  }

  @Test func nothingIsRecordedWithoutGradient() throws {
    let a = try Tensor.ones([2])
    try a.requireGradient()
    #expect(try withoutGradient { try (a * 2).requiresGradient } == false)
    #expect(try (a * 2).requiresGradient)
  }

  @Test func theLibraryLoadedIsTheOneCompiledAgainst() throws {
    if let linked = try TorchRuntime.linkedVersion() {
      #expect(linked == TorchRuntime.builtVersion)
    }
  }
}
