import RandomStreams
import Testing

@testable import Torch

@Suite("Batch norm over a group", .timeLimit(.minutes(1)))
struct GroupBatchNormTests {
  private func normal(_ shape: [Int], seed: UInt64) throws -> Tensor {
    var random = RandomStream(seed: seed, name: "batch norm over a group")
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    random.fillNormal(&values, standardDeviation: 1)
    return try Tensor(values, shape: shape)
  }

  /// Largest difference, relative to the largest value.
  private func error(_ a: Tensor?, _ b: Tensor?) throws -> Double {
    let (a, b) = (try #require(a), try #require(b))
    return try (a - b).magnitude().max().scalar() / b.magnitude().max().scalar()
  }

  /// It is that of the whole batch, forward and backward, whatever the ranks' parts of it.
  @Test func ranksMakeOneBatch() throws {
    let x = try (normal([11, 24, 5, 5], seed: 1) * 2 + 5).channelsLast()
    let (weight, bias) = (try normal([24], seed: 2), try normal([24], seed: 3))
    let gradient = try normal([11, 24, 5, 5], seed: 9).channelsLast()
    func run(
      _ range: Range<Int>,
      variance: Tensor?,
      over group: ProcessGroup?
    ) throws -> (output: Tensor, leaves: [Tensor]) {
      let (start, count) = (range.lowerBound, range.count)
      let leaves = try [x.narrowed(0, from: start, count: count), weight, bias]
        .map { try $0.clone() }
      for leaf in leaves { try leaf.requireGradient() }
      let output = try leaves[0].batchNormTraining(
        weight: leaves[1],
        bias: leaves[2],
        runningMean: variance.map { try .zeros($0.shape) },
        runningVariance: variance,
        momentum: 0.1,
        epsilon: 1e-5,
        then: .hardSwish,
        over: group
      )
      try output.backward(gradient.narrowed(0, from: start, count: count))
      return (output: try output.detached(), leaves: leaves)
    }
    let variances = [try Tensor.ones([24]), try Tensor.ones([24])]
    let whole = try run(0..<11, variance: variances[0], over: nil)
    let ranges = [0..<2, 2..<7, 7..<11]
    let parts = try #require(
      try ProcessGroup.runLocalRanks(3) { group in
        try run(ranges[group.rank], variance: group.rank == 0 ? variances[1] : nil, over: group)
      }
    )
    #expect(try error(.concatenated(parts.map(\.output), dimension: 0), whole.output) <= 1e-5)
    let inputGradients = try parts.compactMap { try $0.leaves[0].gradient() }
    #expect(
      try error(.concatenated(inputGradients, dimension: 0), whole.leaves[0].gradient()) <= 1e-4
    )
    for other in parts.dropFirst() {
      try Tensor.addGradients(
        to: Array(parts[0].leaves[1...]),
        from: Array(other.leaves[1...])
      )
      #expect(try other.leaves[1].gradient() == nil)
    }
    for index in [1, 2] {
      let (found, expected) = (parts[0].leaves[index], whole.leaves[index])
      #expect(try error(found.gradient(), expected.gradient()) <= 1e-4)
    }
    #expect(try error(variances[1], variances[0]) <= 1e-5)
  }

  /// Gradients need the other ranks, which have ended.
  @Test func backwardAfterTheEndIsAnError() throws {
    let outputs = try #require(
      try ProcessGroup.runLocalRanks(2) { group in
        let x = try normal([2, 3, 4, 4], seed: 1).channelsLast()
        try x.requireGradient()
        return try x.batchNormTraining(
          weight: .ones([3]),
          bias: .zeros([3]),
          runningMean: nil,
          runningVariance: nil,
          momentum: 0.1,
          epsilon: 1e-5,
          then: .identity,
          over: group
        ).sum()
      }
    )
    #expect(throws: TorchError.self) { try outputs[0].backward() }
  }

  @Test func gradientsThatDoNotCorrespondAreNotAdded() throws {
    let (a, b) = (try Tensor.ones([2]), try Tensor.ones([3]))
    #expect(throws: TorchError.self) { try Tensor.addGradients(to: [a], from: []) }
    #expect(throws: TorchError.self) { try Tensor.addGradients(to: [a], from: [b]) }
  }
}
