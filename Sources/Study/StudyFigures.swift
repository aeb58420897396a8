import Configuration
import FlipMetrics
import Foundation
import RandomStreams
import Statistics

/// The figures of one space of a study, all on the test split: of each method over the seeds that have it,
/// and of ours beside each other method, on the seeds that have both.
package struct StudyFigures: Sendable, Codable {
  package var dataSet: String
  package var space: String
  /// Those that our method has.
  package var seeds: [UInt64]
  package var testImages: Int
  package var methods: [Method]
  /// Of the method that is ours, against every other.
  package var comparisons: [Comparison]
  /// The tuned family or, where it is not among the cells, the one that is not tuned.
  package var ours: String?

  package struct Method: Sendable, Codable {
    package var method: String
    package var seeds: [UInt64]
    package var epochs: Int
    /// Of each member.
    package var accuracies: [MeanInterval]
    /// Mean negative-flip rate over all pairs of members.
    package var negativeFlipRate: MeanInterval
    package var pairs: [Pair]
    /// Means over pairs; nil where a member makes no error.
    package var relativeNegativeFlipRate: MeanInterval?
    package var negativeFlipImpact: MeanInterval?
    /// Multiply-adds of training and search, beside ours.
    package var costRatio: Double?
  }

  package struct Pair: Sendable, Codable {
    /// Numbers of the members, from 1.
    package var reference: Int
    package var candidate: Int
    package var negativeFlipRate: MeanInterval
  }

  package struct Comparison: Sendable, Codable {
    package var baseline: String
    package var seeds: [UInt64]
    /// (baseline - ours) / baseline of the mean negative-flip rates, as a fraction.
    package var reduction: Reduction?
    /// Accuracy of each member less that of the baseline's, as fractions: Student over seeds, the paired
    /// interval over images for one seed.
    package var accuracyDifferences: [Bounds]
    /// McNemar's exact probability, by seed and then pair, that both flip equally often.
    package var equalFlipsProbabilities: [[Double]]
  }

  /// A value with its 95 % interval.
  package struct Bounds: Sendable, Codable {
    package var value: Double
    package var lower: Double
    package var upper: Double
  }

  package struct Reduction: Sendable, Codable {
    package var value: Double
    package var lower: Double
    package var upper: Double
    /// What the interval is over: `seeds` (Student), or `images` (bootstrap) of the one seed.
    package var intervalOver: String
    /// By seed, with the bootstrap's interval over images; without one where the baseline hardly flips.
    package var bySeed: [Bounds]
  }

  /// - Parameter cells: of one space, labels those of the study.
  package init(_ cells: [StudyCell], space: String, labels: StudyLabels, dataSet: String) throws {
    comparisons = []
    self.dataSet = dataSet
    self.space = space
    testImages = labels.test.count
    var families: [String: [UInt64: [Predictions]]] = [:]
    var order: [StudyMethod] = []
    for cell in cells {
      if !order.contains(cell.key.method) { order.append(cell.key.method) }
      families["\(cell.key.method)", default: [:]][cell.key.seed] =
        try cell.predictions(cell.test, labels: labels.test)
    }
    let ourMethod = [StudyMethod(.regnasTuned), StudyMethod(.regnas)].first(where: order.contains)
    ours = ourMethod?.description
    seeds = ourMethod.flatMap { families["\($0)"]?.keys.sorted() } ?? []
    func costs(_ method: StudyMethod) -> [UInt64: Double] {
      Dictionary(
        uniqueKeysWithValues: cells.filter { $0.key.method == method }
          .map { ($0.key.seed, $0.cost.total) }
      )
    }
    let ourCosts = ourMethod.map(costs) ?? [:]
    methods = try order.map { method in
      let own = families["\(method)"] ?? [:]
      let ratios = costs(method).compactMap { seed, cost in ourCosts[seed].map { cost / $0 } }
      return try Method(
        method,
        own.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
        epochs: cells.first { $0.key.method == method }?.cost.epochs ?? 0,
        costRatio: ratios.isEmpty ? nil : ratios.reduce(0, +) / Double(ratios.count)
      )
    }
    comparisons = try order.filter { $0 != ourMethod }.compactMap { method in
      let baseline = families["\(method)"] ?? [:]
      let ours = ourMethod.flatMap { families["\($0)"] } ?? [:]
      let both = Set(baseline.keys).intersection(ours.keys).sorted()
      guard !both.isEmpty else { return nil }
      return try Comparison(
        "\(method)",
        both,
        baseline: both.compactMap { baseline[$0] },
        ours: both.compactMap { ours[$0] }
      )
    }
  }

  static func pairs(_ count: Int) -> [(reference: Int, candidate: Int)] {
    (0..<count).flatMap { large in (0..<large).map { ($0, large) } }
  }
}

extension StudyFigures.Method {
  fileprivate init(
    _ method: StudyMethod,
    _ families: [(seed: UInt64, members: [Predictions])],
    epochs: Int,
    costRatio: Double?
  ) throws {
    self.method = "\(method)"
    seeds = families.map(\.seed)
    self.epochs = epochs
    self.costRatio = costRatio
    let members = families.map(\.members)
    let count = members.map(\.count).min() ?? 0
    accuracies = (0..<count).compactMap { index in
      MeanInterval(members.map { $0[index].accuracy })
    }
    let numbers = StudyFigures.pairs(count)
    // By seed, then pair.
    let counts = try members.map { members in
      try numbers.map {
        try FlipCounts(reference: members[$0.reference], candidate: members[$0.candidate])
      }
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
    func overSeeds(_ value: (FlipCounts) -> Double?) -> MeanInterval? {
      let known = counts.map { $0.compactMap(value) }
      guard known.allSatisfy({ $0.count == numbers.count }), count > 1 else { return nil }
      return MeanInterval(known.map(mean))
    }
    // Without pairs there is nothing to say.
    guard let rate = overSeeds(\.negativeFlipRate) else { throw FlipError.noValues }
    negativeFlipRate = rate
    relativeNegativeFlipRate = overSeeds(\.relativeNegativeFlipRate)
    negativeFlipImpact = overSeeds(\.negativeFlipImpact)
    pairs = numbers.enumerated().compactMap { index, pair in
      MeanInterval(counts.map { $0[index].negativeFlipRate }).map {
        .init(reference: pair.reference + 1, candidate: pair.candidate + 1, negativeFlipRate: $0)
      }
    }
  }
}

extension StudyFigures.Comparison {
  /// Families of the same seeds, in their order.
  fileprivate init(
    _ name: String,
    _ seeds: [UInt64],
    baseline: [[Predictions]],
    ours: [[Predictions]]
  ) throws {
    self.baseline = name
    self.seeds = seeds
    let count = min(baseline.map(\.count).min() ?? 0, ours.map(\.count).min() ?? 0)
    let pairs = StudyFigures.pairs(count)
    var bySeed: [StudyFigures.Bounds] = []
    equalFlipsProbabilities = []
    for (index, seed) in seeds.enumerated() {
      let entries = pairs.map { small, large in
        FlipReduction.Entry(
          baseline: .init(reference: baseline[index][small], candidate: baseline[index][large]),
          ours: .init(reference: ours[index][small], candidate: ours[index][large])
        )
      }
      guard !entries.isEmpty else { continue }
      var stream = RandomStream(seed: seed, name: "study.bootstrap.\(name)")
      let result = try FlipReduction(entries, from: &stream)
      if let value = result.reduction {
        bySeed.append(
          .init(
            value: value,
            lower: result.reductionInterval?.lower ?? value,
            upper: result.reductionInterval?.upper ?? value
          )
        )
      }
      equalFlipsProbabilities.append(
        try entries.map { entry in
          try FlipComparison(
            baseline: entry.baseline,
            ours: entry.ours,
            resamples: 0,
            from: &stream
          ).equalRatesProbability
        }
      )
    }
    reduction = StudyFigures.Reduction(bySeed)
    accuracyDifferences = try (0..<count).compactMap { member in
      let differences = try seeds.indices.map { index in
        PairedDifference(
          try FlipCounts(reference: baseline[index][member], candidate: ours[index][member])
        )
      }
      guard let mean = MeanInterval(differences.map(\.value)) else { return nil }
      return .init(
        value: mean.mean,
        lower: mean.lower ?? differences[0].interval.lower,
        upper: mean.upper ?? differences[0].interval.upper
      )
    }
  }
}

extension StudyFigures.Reduction {
  fileprivate init?(_ bySeed: [StudyFigures.Bounds]) {
    guard let mean = MeanInterval(bySeed.map(\.value)) else { return nil }
    self.bySeed = bySeed
    value = mean.mean
    lower = mean.lower ?? bySeed[0].lower
    upper = mean.upper ?? bySeed[0].upper
    intervalOver = bySeed.count > 1 ? "seeds" : "images"
  }
}
