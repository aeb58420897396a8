import Networks
import SearchSpaces
import Supernet
import SupernetFixtures
import Testing
import Torch

@testable import ONNX

@Suite("ONNX models")
struct ModelTests {
  /// About 30 layers of float32 rounding (6e-8 each), amplified by the norms between them.
  private func expectEqual(
    _ found: Tensor,
    _ expected: Tensor,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let scale = try expected.magnitude().max().scalar()
    let difference = try (found - expected).magnitude().max().scalar()
    #expect(found.shape == expected.shape, sourceLocation: location)
    #expect(difference <= 1e-4 * scale, sourceLocation: location)
  }

  @Test(arguments: Fixture.spaceNames)
  func modelComputesTheNetwork(_ space: String) throws {
    for choose in [{ $0.smallest }, { $0.largest }] as [(any SearchSpace) -> Architecture] {
      let fixture = try ModelFixture(space, choose)
      let images = try ModelFixture.normalised(ModelFixture.pixels(5, seed: 1))
      let expected = try fixture.network.logits(images)
      for keepsBatchNorm in [false, true] {
        let model = try fixture.model {
          $0.keepsBatchNorm = keepsBatchNorm
          $0.writesHardSwish = keepsBatchNorm
        }
        try expectEqual(model.logits(images), expected)
        let norms = model.model.graph.node.count { $0.opType == "BatchNormalization" }
        #expect(norms == (keepsBatchNorm ? fixture.description.norms.count : 0))
      }
    }
  }

  @Test(arguments: [ONNXModel.Layout.nchw, .nhwc])
  func modelPreparesImages(_ layout: ONNXModel.Layout) throws {
    let fixture = try ModelFixture("proxylessnas-small") { $0.smallest }
    let pixels = ModelFixture.pixels(5, seed: 1)
    let (bytes, floats) = try (ModelFixture.bytes(pixels), ModelFixture.normalised(pixels))
    let expected = try fixture.network.logits(floats)
    func ordered(_ images: Tensor) throws -> Tensor {
      layout == .nchw ? images : try images.permuted([0, 2, 3, 1])
    }

    let float = try fixture.model { $0.layout = layout }
    try expectEqual(float.logits(ordered(floats)), expected)
    let uint8 = try fixture.model {
      $0.layout = layout
      $0.input = .uint8(mean: ModelFixture.mean, deviation: ModelFixture.deviation)
    }
    try expectEqual(uint8.logits(ordered(bytes)), expected)

    #expect(throws: ONNXError.self) { try uint8.logits(ordered(floats)) }
    #expect(throws: ONNXError.self) { try float.logits(ordered(bytes)) }
    #expect(throws: ONNXError.self) { try float.logits(ordered(floats).narrowed(3, count: 2)) }
  }

  @Test func weightsStandUnderTheirPublishedNames() throws {
    let fixture = try ModelFixture("mobilenetv3-small") { $0.smallest }
    let kept = try fixture.model { $0.keepsBatchNorm = true }
    let names = fixture.description.staticTensors.filter { $0.role != .batchesTracked }.map(\.key)
    #expect(Set(kept.initializers.keys).isSuperset(of: names))
    for name in names {
      #expect(try kept.initializers[name]?.bytes() == fixture.weights[name]?.bytes())
    }
  }

  @Test func sameNetworkGivesTheSameBytes() throws {
    let text = [(name: "b", text: "first"), (name: "a", text: "é\n{}")]
    let models = try (0..<2).map { _ in
      let fixture = try ModelFixture("mobilenetv3-small") { $0.smallest }
      return try ONNXModel(fixture.description, weights: fixture.weights, metadata: text)
    }
    #expect(models[0].bytes == models[1].bytes)
    let read = try ONNXModel(bytes: models[0].bytes)
    #expect(
      read.metadata.map(\.name) == ["b", "a"] && read.metadata.map(\.text) == text.map(\.text)
    )
  }

  @Test func namesOfNodesAreUnique() throws {
    let fixture = try ModelFixture("resnet50-small") { $0.largest }
    let nodes = try fixture.model { $0.keepsBatchNorm = true }.model.graph.node
    #expect(Set(nodes.map(\.name)).count == nodes.count)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let fixture = try ModelFixture("resnet50-small") { $0.smallest }
    #expect(throws: ONNXError.wrongNormalisation(channels: 3, means: 1, deviations: 3)) {
      try fixture.model { $0.input = .uint8(mean: [0], deviation: [1, 1, 1]) }
    }
    var weights = fixture.weights
    weights["classifier.linear.bias"] = nil
    #expect(throws: SupernetError.self) { try ONNXModel(fixture.description, weights: weights) }
  }
}
