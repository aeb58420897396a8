import Foundation
import Testing

@testable import ForeignWeights

@Suite("Mapping foreign checkpoints onto a supernet")
struct ImportPlanTests {
  private typealias Target = ImportPlan.Target

  @Test(
    "each rule of the naming brings a key to its place",
    arguments: [
      // The older name of the block's convolution, then the key as it is.
      (
        "blocks.1.mobile_inverted_conv.inverted_bottleneck.conv.conv.weight",
        "blocks.1.conv.inverted_bottleneck.conv.conv.weight"
      ),
      ("first_conv.conv.weight", "first_conv.conv.weight"),
      // Elastic to static.
      (
        "blocks.1.mobile_inverted_conv.depth_conv.bn.bn.running_mean",
        "blocks.1.conv.depth_conv.bn.running_mean"
      ),
      ("blocks.1.conv.point_linear.conv.conv.weight", "blocks.1.conv.point_linear.conv.weight"),
      ("classifier.linear.linear.bias", "classifier.linear.bias"),
      // Static to elastic.
      ("classifier.linear.bias", "classifier.linear.linear.bias"),
      ("blocks.3.conv2.bn.num_batches_tracked", "blocks.3.conv2.bn.bn.num_batches_tracked"),
      (
        "blocks.1.mobile_inverted_conv.depth_conv.conv.weight",
        "blocks.1.conv.depth_conv.conv.conv.weight"
      ),
      ("input_stem.0.conv.weight", "input_stem.0.conv.conv.weight"),
      // The residual of the ResNet stem: the first rewrite whose pattern occurs leads nowhere.
      ("input_stem.1.conv.conv.weight", "input_stem.1.conv.conv.conv.weight"),
    ]
  )
  func rules(_ source: String, _ target: String) throws {
    let plan = try plan([(source, [2, 3])], onto: [Target(key: target, shape: [2, 3])])
    #expect(plan.assignments.map(\.source) == [source])
    #expect(plan.assignments.map(\.target) == [target])
    #expect(plan.problems.isEmpty && plan.uncovered.isEmpty)
  }

  @Test("a key that the space knows is not rewritten")
  func exactFirst() throws {
    let keys = ["a.bn.bn.weight", "a.bn.weight"]
    let plan = try plan(keys.map { ($0, [1]) }, onto: keys.map { Target(key: $0, shape: [1]) })
    #expect(plan.assignments.allSatisfy { $0.source == $0.target })
    #expect(plan.assignments.count == 2)
  }

  @Test("half a network behind a prefix is a problem")
  func halfPrefix() throws {
    let targets = [Target(key: "a.weight", shape: [1]), Target(key: "b.weight", shape: [1])]
    let one = try plan([("module.a.weight", [1]), ("b.weight", [1])], onto: targets)
    #expect(one.problems == [.unmatched(source: "module.a.weight", shape: [1])])
  }

  @Test("every problem is listed, and nothing is imported")
  func problems() throws {
    let checkpoint = try checkpoint([
      ("a.weight", [1]), ("b.weight", [2]), ("c.bn.weight", [1]), ("c.bn.bn.weight", [1]),
      ("d.weight", [1]),
    ])
    let plan = try ImportPlan(
      checkpoint,
      onto: [
        Target(key: "a.weight", shape: [1]), Target(key: "b.weight", shape: [3]),
        Target(key: "c.bn.weight", shape: [1]), Target(key: "e.matrix", shape: [9, 9]),
      ]
    )
    let expected: Set<ImportProblem> = [
      .wrongShape(source: "b.weight", target: "b.weight", found: [2], expected: [3]),
      .duplicate(source: "c.bn.bn.weight", first: "c.bn.weight", target: "c.bn.weight"),
      .unmatched(source: "d.weight", shape: [1]),
    ]
    #expect(Set(plan.problems) == expected)
    #expect(plan.problems.count == 3)
    #expect(plan.uncovered == [Target(key: "e.matrix", shape: [9, 9])])

    var calls = 0
    let error = #expect(throws: ImportError.self) {
      try plan.apply(to: checkpoint) { _, _ in calls += 1 }
    }
    #expect(calls == 0)
    for source in ["b.weight", "c.bn.bn.weight", "d.weight"] {
      #expect(error?.description.contains("'\(source)'") == true)
    }
  }

  @Test("applying gives each key of the supernet its tensor")
  func apply() throws {
    let checkpoint = try checkpoint([("a.bn.bn.weight", [2]), ("b.weight", [1, 3])])
    let targets = [Target(key: "a.bn.weight", shape: [2]), Target(key: "b.weight", shape: [1, 3])]
    let plan = try ImportPlan(checkpoint, onto: targets)
    var values: [String: [Float]] = [:]
    try plan.apply(to: checkpoint) { values[$0.key] = try $1.floats() }
    #expect(values == ["a.bn.weight": [0, 1], "b.weight": [0, 1, 2]])

    let other = try self.checkpoint([("a.bn.bn.weight", [2])])
    #expect(throws: ImportError.self) { try plan.apply(to: other) { _, _ in } }
  }

  @Test("the plan survives JSON, and reads as documented")
  func text() throws {
    let plan = try plan(
      [("a.mobile_inverted_conv.weight", [2]), ("x", []), ("b\\u001b[2J", [2])],
      onto: [
        Target(key: "a.conv.weight", shape: [2]), Target(key: "x", shape: []),
        Target(key: "m.7to5_matrix", shape: [25, 25]),
      ]
    )
    let decoded = try JSONDecoder().decode(ImportPlan.self, from: JSONEncoder().encode(plan))
    #expect(decoded == plan)
    #expect(
      plan.description == """
        safetensors: 3 tensors, 2 go in, 1 problem; 1 key of the supernet keeps its values

        a.mobile_inverted_conv.weight  float32[2]
          -> a.conv.weight
        x  float32[]

        not in the file, values kept:
          m.7to5_matrix  [25, 25]

        problems:
          'b\u{FFFD}[2J' [2]: the space has no such key; is it the right space?
        """
    )
  }

  private func checkpoint(
    _ tensors: [(key: String, shape: [Int])]
  ) throws -> ForeignCheckpoint {
    try ForeignCheckpoint(bytes: ImportFixture.safetensors(tensors))
  }

  private func plan(
    _ tensors: [(key: String, shape: [Int])],
    onto targets: [Target]
  ) throws -> ImportPlan {
    try ImportPlan(try checkpoint(tensors), onto: targets)
  }
}
