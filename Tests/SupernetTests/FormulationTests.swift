import SupernetFixtures
import Testing
import Torch

@testable import Supernet

@Suite("Formulations")
struct FormulationTests {
  /// The bound is the project's own: gradients to 1e-4 of the largest value of each tensor. Where a
  /// network amplifies rounding the plain one is as far from the truth, which float64 tells. A value
  /// that rounding moves across the kink of an activation switches a gradient on or off, in either
  /// formulation: of three batches the middle one counts.
  @Test(arguments: Fixture.spaceNames)
  func theFastTrainingStepHasTheGradientsOfThePlainOne(_ name: String) throws {
    var excesses: [String: [Double]] = [:]
    for seed in 1...3 as ClosedRange<UInt64> {
      let truth = try gradients(name, .plain, .float64, seed: seed)
      let plain = try gradients(name, .plain, .float32, seed: seed)
      let fast = try gradients(name, .fast, .float32, seed: seed)
      #expect(Set(plain.keys) == Set(fast.keys))
      let largest = try truth.values.map { try $0.magnitude().max().scalar() }.max() ?? 0
      for (name, expected) in truth {
        func error(_ found: Tensor?) throws -> Double {
          try (#require(found).to(.float64) - expected).magnitude().max().scalar()
        }
        // Gradients that cancel to nothing (a bias before a batch norm) are rounding alone.
        let scale = try max(expected.magnitude().max().scalar(), 1e-2 * largest)
        let (ours, theirs) = (try error(fast[name]), try error(plain[name]))
        excesses[name, default: []].append(ours / (1e-4 * scale + 3 * theirs))
      }
    }
    for (name, excess) in excesses { #expect(excess.sorted()[1] <= 1, "\(name)") }
  }

  private func gradients(
    _ name: String,
    _ formulation: Formulation,
    _ type: ElementType,
    seed: UInt64
  ) throws -> [String: Tensor] {
    let supernet = try Supernet(oracle: Fixture.space(name), elementType: type)
    supernet.formulation = formulation
    try supernet.trainingLogits(Fixture.batch(24, seed: seed).to(type), supernet.space.largest)
      .crossEntropy(labels: Fixture.labels(24)).backward()
    var result: [String: Tensor] = [:]
    for (name, value) in supernet.parameters { result[name] = try value.gradient() }
    return result
  }

  @Test(arguments: Fixture.spaceNames)
  func thePlainFormulationGivesTheSamePredictions(_ name: String) throws {
    let supernet = try Fixture.supernet(name)
    let images = try Fixture.batch(32)
    for architecture in Fixture.architectures(supernet.space, random: 2) {
      supernet.formulation = .fast
      let fast = try supernet.calibrate(architecture, batches: [images]).logits(images)
      supernet.formulation = .plain
      let plain = try supernet.calibrate(architecture, batches: [images]).logits(images)
      let error = try (fast - plain).magnitude().max().scalar()
      #expect(try error <= 1e-4 * plain.magnitude().max().scalar())
    }
  }
}
