import Controller
import Families
import FlipMetrics
import ImageData
import RandomStreams
import Search
import SearchSpaces
import Statistics

// The figures that follow from the predictions.
extension SupernetEvaluator {
  package func judge(
    _ entries: [ArchitectureSelection.Entry],
    inherited: [Predictions],
    alone: [[Predictions]]
  ) throws -> SupernetEvaluation {
    let rows = try entries.enumerated().map { index, entry in
      let network = try subject.space.network(entry.architecture)
      let own = inherited[index]
      let others = alone.map { $0[index] }
      return SupernetEvaluation.Row(
        name: entry.name,
        architecture: subject.space.code(entry.architecture),
        macs: try network.macs(),
        parameters: network.parameters,
        latency: latencies?.cost(of: entry.architecture, in: subject.space.decisions),
        inherited: FlipReport.Rate(own.correctCount, of: own.count),
        alone: others.isEmpty
          ? nil
          : .init(
            accuracies: others.map { .init($0.correctCount, of: $0.count) },
            difference: try PairedDifference(candidate: own, references: others)
          )
      )
    }
    let configuration = subject.configuration
    return SupernetEvaluation(
      space: subject.space.name,
      supernet: subject.supernetDigest,
      data: subject.data.digest,
      seed: configuration.seed,
      split: settings.split.rawValue,
      images: subject.set(settings.split).labels.count,
      trainingImages: subject.images.trainCount,
      epochs: configuration.supernet.training.epochs,
      batchSize: configuration.supernet.training.batchSize,
      architectures: rows,
      comparison: alone.isEmpty
        ? nil : try compare(entries, rows, inherited: inherited, alone: alone)
    )
  }

  private func compare(
    _ entries: [ArchitectureSelection.Entry],
    _ rows: [SupernetEvaluation.Row],
    inherited: [Predictions],
    alone: [[Predictions]]
  ) throws -> SupernetEvaluation.Comparison? {
    var stream = RandomStream(seed: subject.configuration.seed, name: "evaluation.bootstrap")
    let differences = rows.compactMap { $0.alone?.difference.value }
    guard let difference = MeanInterval(differences) else { return nil }
    let agreement = RankAgreement(
      rows.map(\.inherited.value),
      rows.compactMap { $0.alone?.accuracy },
      from: &stream
    )
    var agreementOfSeeds: RankAgreement?
    if alone.count > 1 {
      agreementOfSeeds = RankAgreement(
        alone[0].map(\.accuracy),
        alone[1].map(\.accuracy),
        from: &stream
      )
    }
    let pairs = subject.space.nestedPairs(entries.map(\.architecture))
    let flips = pairs.flatMap { small, large in
      alone.map { networks in
        FlipReduction.Entry(
          baseline: .init(reference: networks[small], candidate: networks[large]),
          ours: .init(reference: inherited[small], candidate: inherited[large])
        )
      }
    }
    return SupernetEvaluation.Comparison(
      seeds: aloneSeeds,
      difference: difference,
      agreement: agreement,
      agreementOfSeeds: agreementOfSeeds,
      flips: flips.isEmpty ? nil : try FlipReduction(flips, from: &stream),
      pairs: try pairs.map { small, large in
        func rate(_ networks: [Predictions]) throws -> Double {
          try FlipCounts(reference: networks[small], candidate: networks[large]).negativeFlipRate
        }
        return .init(
          smaller: rows[small].architecture,
          larger: rows[large].architecture,
          inherited: try rate(inherited),
          alone: try alone.reduce(0) { $0 + (try rate($1)) } / Double(alone.count)
        )
      },
      cost: try StandAloneTraining(subject).supernetCost()
    )
  }
}
