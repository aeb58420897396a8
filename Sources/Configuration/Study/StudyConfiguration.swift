import Training

/// A study: a grid of methods x spaces x seeds on one data set, as a YAML file describes it.
///
/// ```yaml
/// name: cifar10                       # what its cells are kept under
/// data: datasets/cifar10.h5
/// spaces: [mobilenetv3-small, proxylessnas-small]
/// seeds: [1, 2, 3]
/// methods: [independent.equal-cost, pct-kl.equal-cost, elodi, regnas, regnas-tuned]
/// run:                                # keys of `regnas train` for supernet, search and tuning
///   supernet: {epochs: 30}
///   family: {tuning: {epochs: 8}}
/// alone: {averageDecay: 0.999}        # keys supernet.*, for networks trained apart
/// pct-kl: {weight: 1, base: 1, focus: 5, temperature: 100}
/// pct-lm: {weight: 1, base: 1, focus: 5, learningRate: 0.02}
/// elodi: {ensemble: 4}
/// ```
package struct StudyConfiguration: Sendable, Equatable {
  package var name = ""
  package var data = ""
  package var spaces: [String] = []
  package var seeds: [UInt64] = []
  package var methods: [StudyMethod] = []
  /// Of the runs; seed, data set and space are those of the cell.
  package var run = RunConfiguration()
  /// How networks are trained apart: the run's training of the supernet but for the keys of `alone`.
  package var alone = TrainingConfiguration()
  package var pctKL = FocalDistillationKeys()
  package var pctLM = FocalDistillationKeys()
  package var elodi = EnsembleKeys()

  package init() {}

  /// Keys of positive-congruent training, with the published values.
  package struct FocalDistillationKeys: Sendable, Equatable, CustomStringConvertible {
    package var weight = 1.0
    package var base = 1.0
    package var focus = 5.0
    /// Of the divergence; the logits have none.
    package var temperature = 100.0
    /// Nil for that of `alone`.
    package var learningRate: Double?

    package var description: String {
      "weight \(weight), base \(base), focus \(focus)"
        + (learningRate.map { ", learning rate \($0)" } ?? "")
    }
  }

  /// Keys of ELODI, with the published values.
  package struct EnsembleKeys: Sendable, Equatable, CustomStringConvertible {
    package var ensemble = 8
    package var weight = 0.8
    package var margin = 0.0
    package var learningRate: Double?

    package var description: String {
      "weight \(weight), margin \(margin)" + (learningRate.map { ", learning rate \($0)" } ?? "")
    }
  }

  /// The methods with all that they are computed from, in an order in which they can be.
  package var allMethods: [StudyMethod] {
    var result: [StudyMethod] = []
    func add(_ method: StudyMethod) {
      guard !result.contains(method) else { return }
      for needed in method.needs { add(needed) }
      result.append(method)
    }
    for method in methods { add(method) }
    return result
  }

  /// Of the run of one space and seed.
  package func run(space: String, seed: UInt64) -> RunConfiguration {
    var result = run
    result.seed = seed
    result.space.name = space
    result.data.file = data
    return result
  }
}
