import ForeignWeights
import Foundation
import Networks
import SearchSpaces
import Supernet
import Testing

/// The names of published checkpoints onto whole supernets, at full size.
@Suite struct ImportPublishedNamesTests {
  /// A safetensors file of zeros with these names and shapes.
  private func checkpoint(_ tensors: [(key: String, shape: [Int])]) throws -> ForeignCheckpoint {
    var header: [String] = []
    var offset = 0
    for (key, shape) in tensors {
      let end = offset + 4 * shape.reduce(1, *)
      header.append(
        "\"\(key)\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(offset),\(end)]}"
      )
      offset = end
    }
    let json = Array("{\(header.joined(separator: ","))}".utf8)
    let length = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) }
    return try ForeignCheckpoint(
      bytes: length + json + [UInt8](repeating: 0, count: offset)
    )
  }

  private func plan(
    _ tensors: [StoredTensor],
    onto space: any SearchSpace,
    renaming: (String) -> String = { $0 }
  ) throws -> ImportPlan {
    try ImportPlan(
      try checkpoint(tensors.map { (renaming($0.key), $0.shape) }),
      onto: try space.supernetTensors().map { .init(key: $0.key, shape: $0.shape) }
    )
  }

  @Test(arguments: ["mobilenetv3-w1.0", "proxylessnas-w1.3"])
  func oldNamesOfPublishedFilesAreKnown(_ name: String) throws {
    let space = try SpaceRegistry.makeSpace(name: name)
    // As published: the older name of the block's inner module, and no kernel matrices.
    let stored = try space.supernetTensors().filter { $0.role != .kernelMatrix }
    let plan = try plan(stored, onto: space) { key in
      guard key.hasPrefix("blocks."), let range = key.range(of: ".conv.") else { return key }
      return key.replacingCharacters(in: range, with: ".mobile_inverted_conv.")
    }
    #expect(plan.problems.isEmpty, "\(plan)")
    #expect(plan.assignments.count == stored.count)
    #expect(Set(plan.assignments.map(\.target)).count == stored.count)
    #expect(plan.uncovered.allSatisfy { $0.key.hasSuffix("_matrix") })
  }

  @Test(arguments: ["mobilenetv3-w1.0", "proxylessnas-w1.3"])
  func aStaticTeacherLoadsIntoTheElasticNetwork(_ name: String) throws {
    let space = try SpaceRegistry.makeSpace(name: name)
    let teacher = try space.network(space.largest).staticTensors
    let plan = try plan(teacher, onto: space)
    #expect(plan.problems.isEmpty, "\(plan)")
    #expect(plan.uncovered.allSatisfy { $0.key.hasSuffix("_matrix") })
  }

  @Test func anotherSpaceIsRefusedNamingEveryKey() throws {
    let small = try SpaceRegistry.makeSpace(name: "resnet50-small")
    let other = try SpaceRegistry.makeSpace(name: "mobilenetv3-small")
    let plan = try plan(small.supernetTensors(), onto: other)
    #expect(plan.problems.count > 50)
    #expect(throws: ImportError.self) { try plan.check() }
  }
}
