import SupernetFixtures
import SwiftProtobuf
import Testing
import Torch

@testable import ONNX

/// What the interpreter would have to pass over in silence to give wrong logits.
@Suite("Damaged ONNX models")
struct DamagedModelTests {
  private let fixture: ModelFixture
  private let original: ONNXModel
  private let images: Tensor

  init() throws {
    fixture = try ModelFixture("resnet50-small") { $0.smallest }
    original = try fixture.model { $0.keepsBatchNorm = true }
    images = try ModelFixture.normalised(ModelFixture.pixels(3, seed: 1))
  }

  /// The logits that the model gives after a change of its file.
  private func logits(after change: (inout OnnxModelProto) throws -> Void) throws -> Tensor {
    var changed = original.model
    try change(&changed)
    return try ONNXModel(bytes: changed.serializedBytes()).logits(images)
  }

  private func index(of operation: String, in model: OnnxModelProto) throws -> Int {
    try #require(model.graph.node.firstIndex { $0.opType == operation })
  }

  @Test func bytesThatAreNoModel() throws {
    for bytes in [[], Array("no model".utf8), Array(original.bytes.dropLast(1000))] {
      #expect(throws: ONNXError.self) { try ONNXModel(bytes: bytes) }
    }
  }

  @Test func unknownOperator() throws {
    #expect(throws: ONNXError.unknownOperator("Elu", node: original.model.graph.node[2].name)) {
      try logits { $0.graph.node[2].opType = "Elu" }
    }
    #expect(throws: ONNXError.self) { try logits { $0.graph.node[0].domain = "com.microsoft" } }
  }

  @Test func attributesAreReadAndNonePassedOver() throws {
    let unchanged = try logits { _ in }
    #expect(try unchanged.bytes() == original.logits(images).bytes())
    let otherEpsilon = try logits { model in
      let norm = try index(of: "BatchNormalization", in: model)
      model.graph.node[norm].attribute = [.with("epsilon", Float(0.5))]
    }
    #expect(try otherEpsilon.bytes() != unchanged.bytes())
    let changes: [OnnxAttributeProto] = [
      .with("auto_pad", 1), .with("dilations", [2, 2]), .with("strides", [1, 2]),
      .with("strides", [0, 0]), .with("group", 0), .with("group", Float(1)), .with("pads", [1]),
    ]
    for change in changes {
      #expect(throws: ONNXError.self, "\(change.name)") {
        try logits { model in
          model.graph.node[0].attribute.removeAll { $0.name == change.name }
          model.graph.node[0].attribute.append(change)
        }
      }
    }
    #expect(throws: ONNXError.self) {
      try logits { $0.graph.node[0].attribute += $0.graph.node[0].attribute }
    }
  }

  @Test func tensorsAreThoseOfTheFile() throws {
    let changed = try logits { model in
      for index in model.graph.initializer.indices {
        model.graph.initializer[index].rawData.resetBytes(in: 0..<4)
      }
    }
    #expect(try changed.bytes() != original.logits(images).bytes())
    #expect(throws: ONNXError.self) { try logits { $0.graph.initializer[0].rawData.removeLast() } }
    #expect(throws: ONNXError.self) { try logits { $0.graph.initializer[0].dims = [.max, 4] } }
    #expect(throws: ONNXError.self) { try logits { $0.graph.initializer[0].dataType = 10 } }
  }

  @Test func graphThatDoesNotHold() throws {
    let changes: [(inout OnnxModelProto) -> Void] = [
      { $0.irVersion = 9 }, { $0.opsetImport[0].version = 18 }, { $0.clearGraph() },
      { $0.graph.node.swapAt(0, 1) }, { $0.graph.node.removeLast() },
      { $0.graph.node[3].output = $0.graph.node[2].output },
      { $0.graph.node[0].input.append("") }, { $0.graph.input += $0.graph.input },
      { $0.graph.valueInfo[0].type.tensorType.shape.dim[1].dimValue += 1 },
    ]
    for (number, change) in changes.enumerated() {
      #expect(throws: ONNXError.self, "change \(number)") { try logits(after: change) }
    }
  }
}
