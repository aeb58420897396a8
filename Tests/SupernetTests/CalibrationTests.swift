import SearchSpaces
import SupernetFixtures
import Testing
import Torch

@testable import Supernet

@Suite("Calibration")
struct CalibrationTests {
  /// The first batch norm sees the first convolution's output, which can be computed apart.
  @Test func averagesBiasedVariancesByTheNumberOfImages() throws {
    let supernet = try Fixture.supernet("mobilenetv3-small")
    let space = supernet.space
    let batches = try [Fixture.batch(6, seed: 1), Fixture.batch(2, seed: 2)]
    let subnet = try supernet.calibrate(space.smallest, batches: batches)
    let convolution = try #require(space.network(space.smallest).convolutions.first)
    let norm = try #require(convolution.norm)
    var mean = [Double](repeating: 0, count: norm.active)
    var variance = mean
    for batch in batches {
      let output = try withoutGradient {
        try batch.convolved(
          with: supernet.tensor(convolution.weight.key),
          stride: convolution.stride,
          padding: 1
        )
      }
      let (size, channels) = (output.size(2) * output.size(3), norm.active)
      let values: [Float] = try output.array()
      let weight = Double(batch.size(0)) / 8
      for channel in 0..<channels {
        var elements: [Double] = []
        for image in 0..<batch.size(0) {
          let start = (image * channels + channel) * size
          for index in start..<start + size { elements.append(Double(values[index])) }
        }
        let count = Double(elements.count)
        let average = elements.reduce(0, +) / count
        let spread = elements.map { ($0 - average) * ($0 - average) }.reduce(0, +)
        mean[channel] += weight * average
        variance[channel] += weight * spread / count
      }
    }
    let found = try subnet.statistics(of: norm.key)
    for channel in 0..<norm.active {
      let (ours, spread) = (Double(found.mean[channel]), Double(found.variance[channel]))
      #expect(abs(ours - mean[channel]) <= 1e-6)
      #expect(abs(spread - variance[channel]) <= 1e-5 * variance[channel])
    }
  }

  @Test(arguments: Fixture.spaceNames)
  func leavesTheSupernetAlone(_ name: String) throws {
    let supernet = try Fixture.supernet(name)
    let before = try supernet.allBytes()
    let subnet = try supernet.calibrate(supernet.space.largest, batches: [Fixture.batch(4)])
    _ = try subnet.logits(Fixture.batch(4))
    _ = try subnet.folded().logits(Fixture.batch(4))
    #expect(try supernet.allBytes() == before)
  }

  @Test func aSubnetOfChangedWeightsRefuses() throws {
    let supernet = try Fixture.supernet("resnet50-small")
    let images = try Fixture.batch(4)
    let subnet = try supernet.calibrate(supernet.space.smallest, batches: [images])
    let network = try subnet.extract()
    let before = try network.logits(images).bytes()
    _ = try supernet.trainingLogits(images, supernet.space.largest)
    #expect(throws: SupernetError.self) { try subnet.logits(images) }
    #expect(throws: SupernetError.self) { try subnet.extract() }
    // What was extracted has weights of its own.
    #expect(try network.logits(images).bytes() == before)
  }

  @Test func needsImages() throws {
    let supernet = try Fixture.supernet("resnet50-small")
    #expect(throws: SupernetError.noCalibrationImages) {
      try supernet.calibrate(supernet.space.smallest, batches: [Tensor]())
    }
    #expect(throws: SupernetError.noCalibrationImages) {
      try supernet.calibrate(supernet.space.smallest, batches: [Tensor.zeros([0, 1, 16, 16])])
    }
  }
}
