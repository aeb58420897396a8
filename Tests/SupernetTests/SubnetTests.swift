import RandomStreams
import SearchSpaces
import SupernetFixtures
import Testing
import Torch

@testable import Supernet

@Suite("Subnets")
struct SubnetTests {
  @Test(arguments: Fixture.spaceNames)
  func extractedNetworkGivesTheSameBits(_ name: String) throws {
    let supernet = try Fixture.supernet(name)
    let images = try Fixture.batch(5)
    for architecture in Fixture.architectures(supernet.space, random: 4) {
      let subnet = try supernet.calibrate(
        architecture,
        batches: [Fixture.batch(8, seed: 2), Fixture.batch(3, seed: 3)]
      )
      let network = try subnet.extract()
      #expect(try network.logits(images).bytes() == subnet.logits(images).bytes())

      let description = try supernet.space.network(architecture)
      #expect(network.tensors.map(\.name) == description.staticTensors.map(\.key))
      #expect(network.tensors.map(\.value.shape) == description.staticTensors.map(\.shape))
      #expect(try network.state().count == description.staticTensors.count)
    }
  }

  @Test(arguments: Fixture.spaceNames)
  func foldedNetworkPredictsTheSame(_ name: String) throws {
    let supernet = try Fixture.supernet(name)
    let images = try Fixture.batch(16)
    for architecture in Fixture.architectures(supernet.space, random: 2) {
      let subnet = try supernet.calibrate(architecture, batches: [Fixture.batch(16, seed: 2)])
      let plain = try subnet.logits(images)
      let folded = try subnet.folded()
      #expect(folded.network.norms.isEmpty)
      let scale = try plain.magnitude().max().scalar()
      let difference = try (folded.logits(images) - plain).magnitude().max().scalar()
      // About 30 layers of float32 rounding (6e-8 each), amplified by the norms between them.
      #expect(difference <= 1e-4 * scale)
      let predictions = try (subnet.classify([images]), folded.classify([images]))
      for index in 0..<16 where predictions.0.margins[index] > Float(2e-4 * scale) {
        #expect(predictions.0.classes[index] == predictions.1.classes[index])
      }
      let rounded = try subnet.folded(precision: .bfloat16).logits(images)
      #expect(rounded.elementType == .float32)
      // bfloat16 keeps 8 bits: it must be near, and it must not be float32 in disguise.
      let error = try (rounded - plain).magnitude().max().scalar()
      #expect(error > 0 && error <= 0.25 * scale)
    }
  }

  @Test func predictionsAreTheLargestLogits() throws {
    let supernet = try Fixture.supernet("resnet50-small")
    let subnet = try supernet.calibrate(supernet.space.smallest, batches: [Fixture.batch(8)])
    let batches = try [Fixture.batch(5, seed: 7), Fixture.batch(2, seed: 8)]
    let predictions = try subnet.classify(batches)
    var classes: [Int32] = []
    var margins: [Float] = []
    for batch in batches {
      let logits: [Float] = try subnet.logits(batch).array()
      for row in stride(from: 0, to: logits.count, by: 10) {
        let order = logits[row..<row + 10].indices.sorted { logits[$0] > logits[$1] }
        classes.append(Int32(order[0] - row))
        margins.append(logits[order[0]] - logits[order[1]])
      }
    }
    #expect(predictions == (classes, margins))
  }

  @Test func kernelsAreTransformedAsSpecified() throws {
    let space = try Fixture.space("mobilenetv3-small")
    var choices = space.largest.choices
    for (index, decision) in space.decisions.decisions.enumerated()
    where decision.name.hasSuffix("kernel") { choices[index] = 0 }
    let network = try space.network(space.decisions.canonical(choices))
    let supernet = try Fixture.supernet("mobilenetv3-small")
    let convolution = try #require(network.convolutions.first { !$0.kernelMatrices.isEmpty })
    #expect(convolution.kernel == 3 && convolution.storedKernel == 5)
    let filter: [Float] = try supernet.store.filter(convolution).array()
    let stored: [Float] = try supernet.tensor(convolution.weight.key).array()
    let matrix: [Float] = try supernet.tensor(convolution.kernelMatrices[0].key).array()
    for channel in 0..<convolution.outChannels {
      // The centre 3 x 3 of the stored 5 x 5, row by row.
      let centre = (0..<9).map { stored[channel * 25 + ($0 / 3 + 1) * 5 + $0 % 3 + 1] }
      for row in 0..<9 {
        let expected = (0..<9).reduce(Float(0)) { $0 + matrix[row * 9 + $1] * centre[$1] }
        #expect(abs(filter[channel * 9 + row] - expected) <= 1e-6)
      }
    }
  }

  @Test func refusesImagesOfOtherChannels() throws {
    let supernet = try Fixture.supernet("resnet50-small")
    let subnet = try supernet.withStoredStatistics(supernet.space.smallest)
    #expect(throws: SupernetError.self) {
      try subnet.logits(Tensor.zeros([2, 3, 16, 16]))
    }
    #expect(throws: SupernetError.self) { try subnet.logits(Tensor.zeros([16, 16])) }
  }
}
