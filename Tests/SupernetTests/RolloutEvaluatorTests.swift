import Foundation
import Networks
import RandomStreams
import SearchSpaces
import SupernetFixtures
import Testing
import Torch

@testable import Supernet

@Suite("Rollout evaluator")
struct RolloutEvaluatorTests {
  private static func images(_ batches: [Tensor], digest: String = "search") -> ImageSet {
    let count = batches.reduce(0) { $0 + $1.size(0) }
    return ImageSet(
      digest: digest,
      // In no step with the batches.
      labels: (0..<count).map { Int32($0 / 3 % 10) },
      indices: Array(0..<count),
      batchCount: batches.count
    ) { batches[$0] }
  }

  private static func calibration() throws -> [Tensor] {
    [try Fixture.batch(24, seed: 2), try Fixture.batch(9, seed: 3)]
  }

  private static func batches() throws -> [Tensor] {
    [try Fixture.batch(40, seed: 4), try Fixture.batch(40, seed: 5), try Fixture.batch(7, seed: 6)]
  }

  /// The plain procedure, one architecture at a time: classes, and how near each was to another.
  private static func reference(
    _ supernet: Supernet,
    _ architecture: Architecture
  ) throws -> (classes: [Int32], margins: [Float], scale: Float) {
    supernet.formulation = .plain
    defer { supernet.formulation = .fast }
    let subnet = try supernet.calibrate(architecture, batches: calibration())
    let predictions = try subnet.classify(batches())
    let scale = try subnet.logits(batches()[0]).magnitude().max().scalar()
    return (predictions.classes, predictions.margins, Float(scale))
  }

  @Test(arguments: Fixture.spaceNames)
  func predictsWhatTheReferenceDoes(_ name: String) throws {
    let supernet = try Fixture.supernet(name)
    let evaluator = RolloutEvaluator(
      supernet,
      calibration: try Self.calibration(),
      memoryLimit: 1 << 26
    )
    let rollout = Fixture.architectures(supernet.space, random: 6)
    try evaluator.expect(rollout)
    for architecture in rollout {
      let fast = try evaluator.classes(of: architecture, on: Self.images(Self.batches()))
      let plain = try Self.reference(supernet, architecture)
      // Two ways of rounding some 30 layers: only near ties may differ.
      for (index, fast) in fast.enumerated() where plain.margins[index] > 2e-4 * plain.scale {
        #expect(fast == plain.classes[index])
      }
    }
  }

  /// Whatever came before, however much is kept, and on any number of threads: the same bits.
  @Test(arguments: Fixture.spaceNames)
  func anArchitecturesLogitsDependOnNothingElse(_ name: String) throws {
    let supernet = try Fixture.supernet(name)
    var random = RandomStream(seed: 7, name: name)
    var rollout = Fixture.architectures(supernet.space, random: 8)
    // Mates that differ late, so that much is shared.
    for architecture in rollout.prefix(4) {
      var choices = architecture.choices
      guard let last = choices.lastIndex(where: { $0 > 0 }) else { continue }
      choices[last] -= 1
      rollout.append(try supernet.space.decisions.canonical(choices))
    }
    func classes(_ architectures: [Architecture], limit: Int, expected: Bool) throws
      -> [Architecture: [Float]]
    {
      let evaluator = RolloutEvaluator(
        supernet,
        calibration: try Self.calibration(),
        memoryLimit: limit
      )
      if expected { try evaluator.expect(architectures) }
      var result: [Architecture: [Float]] = [:]
      for architecture in architectures {
        result[architecture] = try evaluator.logits(
          of: architecture,
          on: Self.images(Self.batches())
        ).flatMap { $0 }
        #expect(evaluator.keptBytes <= limit)
      }
      return result
    }
    let alone = try rollout.map { try classes([$0], limit: 0, expected: false)[$0] }
    let others = random.permutation(of: rollout.count).map { rollout[$0] }
    for (limit, expected) in [(0, true), (200_000, true), (1 << 28, true), (1 << 28, false)] {
      let together = try classes(others, limit: limit, expected: expected)
      for (architecture, alone) in zip(rollout, alone) {
        #expect(together[architecture] == alone)
      }
    }
  }

  @Test func statisticsAreThoseOfASubnetCalibratedAlone() throws {
    let supernet = try Fixture.supernet("mobilenetv3-small")
    let evaluator = RolloutEvaluator(
      supernet,
      calibration: try Self.calibration(),
      memoryLimit: 1 << 26
    )
    let rollout = Fixture.architectures(supernet.space, random: 3)
    try evaluator.expect(rollout)
    for architecture in rollout {
      let shared = try evaluator.logits(of: architecture, on: Self.images(Self.batches()))
      let subnet = try supernet.calibrate(architecture, batches: Self.calibration()).folded()
      let alone = try Self.batches().map { try subnet.logits($0).array(Float.self) }
      #expect(shared == alone)
    }
  }

  /// All equal and all different, with next to no room and with plenty.
  @Test(arguments: [0, 30_000, 1 << 28])
  func memoryStaysWithinItsLimit(_ limit: Int) throws {
    let supernet = try Fixture.supernet("mobilenetv3-small")
    for (rollout, isVaried) in [
      ([Architecture](repeating: supernet.space.largest, count: 6), false),
      (Fixture.architectures(supernet.space, random: 6), true),
    ] {
      let evaluator = RolloutEvaluator(
        supernet,
        calibration: try Self.calibration(),
        memoryLimit: limit
      )
      try evaluator.expect(rollout)
      for architecture in rollout {
        _ = try evaluator.classes(of: architecture, on: Self.images(Self.batches()))
        #expect(evaluator.keptBytes <= limit)
      }
      // Only where networks part is anything kept.
      #expect((evaluator.keptBytes > 0) == (isVaried && limit == 1 << 28))
    }
  }

  @Test func keepsSetsOfImagesApart() throws {
    let supernet = try Fixture.supernet("resnet50-small")
    let evaluator = RolloutEvaluator(
      supernet,
      calibration: try Self.calibration(),
      memoryLimit: 1 << 28
    )
    let (first, second) = (try [Fixture.batch(60, seed: 4)], try [Fixture.batch(60, seed: 8)])
    let architecture = supernet.space.largest
    for _ in 0..<2 {
      let a = try evaluator.classes(of: architecture, on: Self.images(first, digest: "a"))
      let b = try evaluator.classes(of: architecture, on: Self.images(second, digest: "b"))
      let subnet = try supernet.calibrate(architecture, batches: Self.calibration()).folded()
      #expect(try a == subnet.classify(first).classes)
      #expect(try b == subnet.classify(second).classes)
    }
  }

  /// Classes as without them, and softmax over the logits, whatever was kept before.
  @Test(arguments: Fixture.spaceNames)
  func confidencesAreTheSoftmaxOfTheLogits(_ name: String) throws {
    let supernet = try Fixture.supernet(name)
    let images = Self.images(try Self.batches())
    let evaluator = RolloutEvaluator(
      supernet,
      calibration: try Self.calibration(),
      memoryLimit: 1 << 26
    )
    let rollout = Fixture.architectures(supernet.space, random: 2)
    try evaluator.expect(rollout)
    for architecture in rollout {
      let found = try evaluator.confidences(of: architecture, on: images)
      #expect(try found.classes == evaluator.classes(of: architecture, on: images))
      let logits = try evaluator.logits(of: architecture, on: images).flatMap { $0 }
      for (image, label) in images.labels.enumerated() {
        let row = logits[image * 10..<image * 10 + 10].map(Double.init)
        let largest = row.max() ?? 0
        let powers = row.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        // Float32 rounds each of some ten operations by 6e-8 of 1 at most.
        #expect(abs(Double(found.predicted[image]) - 1 / sum) < 1e-6)
        #expect(abs(Double(found.trueClass[image]) - powers[Int(label)] / sum) < 1e-6)
      }
      let alone = RolloutEvaluator(
        supernet,
        calibration: try Self.calibration(),
        memoryLimit: 0
      )
      #expect(try alone.confidences(of: architecture, on: images) == found)
    }
  }

  @Test func refusesAfterTrainingAndWithoutImages() throws {
    let supernet = try Fixture.supernet("resnet50-small")
    let images = Self.images(try Self.batches())
    let none = RolloutEvaluator(supernet, calibration: [], memoryLimit: 0)
    #expect(throws: SupernetError.self) {
      try none.classes(of: supernet.space.largest, on: images)
    }
    let evaluator = RolloutEvaluator(supernet, calibration: try Self.calibration(), memoryLimit: 0)
    supernet.weightsChanged()
    #expect(throws: SupernetError.self) {
      try evaluator.classes(of: supernet.space.largest, on: images)
    }
  }

  @Test func bfloat16IsNearAndNotTheSame() throws {
    let supernet = try Fixture.supernet("mobilenetv3-small")
    func logits(_ precision: ComputePrecision) throws -> [Float] {
      try RolloutEvaluator(
        supernet,
        calibration: Self.calibration(),
        precision: precision,
        memoryLimit: 0
      ).logits(of: supernet.space.largest, on: Self.images(Self.batches())).flatMap { $0 }
    }
    let (exact, rounded) = (try logits(.float32), try logits(.bfloat16))
    let scale = exact.map(abs).max() ?? 0
    let error = zip(exact, rounded).map { abs($0 - $1) }.max() ?? 0
    #expect(error > 0 && error <= 0.25 * scale)
  }
}
