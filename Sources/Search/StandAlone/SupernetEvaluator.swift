import Controller
import Decisions
import FlipMetrics
import Foundation
import HDF5
import ImageData
import RandomStreams
import SearchSpaces
import Supernet
import Torch

/// Judges a supernet by a set of its architectures: with the weights they inherit, and beside that,
/// if asked for, trained alone.
///
/// With a folder, every network's predictions are kept in it as soon as they are made: an evaluation
/// that was stopped goes on after the last network that was finished, and ends with the same bytes.
public struct SupernetEvaluator {
  public struct Settings: Sendable {
    public var split = Split.search
    /// Seeds of stand-alone training, counted up from that of the supernet; 0 trains none.
    public var aloneSeeds = 0
    /// Where predictions and `evaluation.json` are kept; nil keeps nothing.
    public var folder: String?
    /// Where predictions of stand-alone networks are kept instead: other supernets trained by the same
    /// recipe on the same data find them there.
    public var aloneFolder: String?

    public init() {}
  }

  let subject: EvaluationSubject
  let settings: Settings
  let services: SearchRun.Services
  private let latencies: CostTable?
  private let store: PredictionsStore?
  private let aloneStore: PredictionsStore?
  private let calibration: [Tensor]

  /// - Parameter latencies: a table of the supernet's space, in nanoseconds.
  public init(
    _ subject: EvaluationSubject,
    settings: Settings,
    latencies: CostTable? = nil,
    services: SearchRun.Services,
    storage: any Storage = SystemStorage()
  ) throws {
    self.subject = subject
    self.settings = settings
    self.latencies = latencies
    self.services = services
    let labels = PredictionsFile.Content(
      search: subject.images.search.labels.map(Int32.init),
      test: subject.images.test.labels.map(Int32.init)
    )
    store = try settings.folder.map {
      try PredictionsStore($0 + "/inherited", labels: labels, storage: storage)
    }
    aloneStore = try (settings.aloneFolder ?? settings.folder.map { $0 + "/alone" }).map {
      try PredictionsStore($0, labels: labels, storage: storage)
    }
    calibration = try subject.images.calibrationBatches()
  }

  /// Throws ``Interrupted`` when asked to stop.
  public func evaluate(_ selection: ArchitectureSelection) throws -> SupernetEvaluation {
    let entries = selection.entries
    let inherited = try predictInherited(entries)
    var alone: [[FlipMetrics.Predictions]] = []
    if settings.aloneSeeds > 0 { alone = try predictAlone(entries) }
    services.reporter.endProgress()
    let evaluation = try judge(entries, inherited: inherited, alone: alone)
    if let folder = settings.folder {
      try AtomicFile.write(
        Array(evaluation.json().utf8),
        to: folder + "/" + SupernetEvaluation.fileName
      )
    }
    return evaluation
  }
}

// Where predictions come from.
extension SupernetEvaluator {
  private func predictInherited(
    _ entries: [ArchitectureSelection.Entry]
  ) throws -> [FlipMetrics.Predictions] {
    let evaluator = ArchitectureEvaluator(supernet: subject.supernet, calibration: calibration)
    return try entries.enumerated().map { index, entry in
      try stopIfAsked()
      services.reporter.progress(
        "inherited",
        done: index + 1,
        total: entries.count,
        unit: "architectures",
        detail: entry.name
      )
      let identity = [
        "kind": "inherited",
        "network": subject.space.code(entry.architecture),
        "supernet": subject.supernetDigest,
        "images-seed": String(subject.configuration.seed),
        "data-sha256": subject.data.digest,
        "calibration": "\(subject.configuration.supernet.calibrationImages) images in batches of "
          + "\(subject.configuration.supernet.calibrationBatchSize)",
      ]
      return try predictions(
        subject.space.code(entry.architecture),
        identity,
        in: store
      ) { set in try evaluator.predictions(of: entry.architecture, on: set) }
    }
  }

  /// By seed, then architecture.
  private func predictAlone(
    _ entries: [ArchitectureSelection.Entry]
  ) throws -> [[FlipMetrics.Predictions]] {
    let training = try StandAloneTraining(subject)
    return try aloneSeeds.enumerated().map { turn, seed in
      try entries.enumerated().map { index, entry in
        try stopIfAsked()
        let number = turn * entries.count + index + 1
        var seconds = 0.0
        var network: ArchitectureEvaluator?
        let only = try StandAloneSpace(entry.architecture, of: subject.space).architecture
        let result = try predictions(
          "\(subject.space.code(entry.architecture))-\(seed)",
          training.identity(of: entry.architecture, seed: seed),
          in: aloneStore
        ) { set in
          let evaluator =
            try network
            ?? ArchitectureEvaluator(
              supernet: train(entry, number, training, seed: seed, seconds: &seconds),
              calibration: calibration
            )
          network = evaluator
          return try evaluator.predictions(of: only, on: set)
        }
        if network != nil {
          services.reporter.note(
            "alone \(number)/\(entries.count * aloneSeeds.count): \(entry.name), "
              + "\(Self.percent(result.accuracy)) %, trained in \(Int(seconds.rounded())) s"
          )
          if entry.architecture == subject.space.largest { noteSeconds(ofLargest: seconds) }
        }
        return result
      }
    }
  }

  private func train(
    _ entry: ArchitectureSelection.Entry,
    _ number: Int,
    _ training: StandAloneTraining,
    seed: UInt64,
    seconds: inout Double
  ) throws -> Supernet {
    let clock = ContinuousClock()
    let start = clock.now
    defer { seconds = (clock.now - start) / .seconds(1) }
    do {
      return try training.train(
        entry.architecture,
        seed: seed,
        interruption: services.interruption
      ) { done, total in
        services.reporter.progress(
          "alone \(number), \(entry.name)",
          done: done,
          total: total,
          unit: "steps",
          detail: ""
        )
      }
    } catch let stop as Interrupted {
      throw Interrupted(signal: stop.signal, folder: settings.folder ?? "")
    }
  }

  /// Beside the multiply-adds that the evaluation counts, what a clock says: on this computer, with
  /// whatever else ran on it.
  private func noteSeconds(ofLargest seconds: Double) {
    guard let supernet = subject.trainingSeconds, seconds > 0 else { return }
    services.reporter.note(
      "measured: the supernet was trained in \(Int(supernet.rounded())) s, "
        + String(format: "%.1f times its largest network alone", supernet / seconds)
    )
  }

  /// From the store, or made: for both splits where they will be kept, else for the one asked for.
  private func predictions(
    _ name: String,
    _ identity: PredictionsFile.Identity,
    in store: PredictionsStore?,
    make: (ImageSet) throws -> [Int32]
  ) throws -> FlipMetrics.Predictions {
    let set = subject.set(settings.split)
    let classes: [Int32]
    if let store {
      let content: PredictionsFile.Content
      if let known = try store.read(name, identity) {
        content = known
      } else {
        content = .init(
          search: try make(subject.images.search),
          test: try make(subject.images.test)
        )
        try store.write(content, name, identity)
      }
      classes = settings.split == .test ? content.test : content.search
    } else {
      classes = try make(set)
    }
    return try FlipMetrics.Predictions(classes: classes.map(Int.init), labels: set.labels)
  }

  private var aloneSeeds: [UInt64] {
    (0..<settings.aloneSeeds).map { subject.configuration.seed &+ UInt64($0) }
  }

  private func stopIfAsked() throws {
    if services.interruption.look() {
      throw Interrupted(signal: services.interruption.signal, folder: settings.folder ?? "")
    }
  }

  private static func percent(_ value: Double) -> String {
    String(format: "%.2f", value * 100)
  }
}

// What they say.
extension SupernetEvaluator {
  private func judge(
    _ entries: [ArchitectureSelection.Entry],
    inherited: [FlipMetrics.Predictions],
    alone: [[FlipMetrics.Predictions]]
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
      epochs: configuration.supernet.epochs,
      batchSize: configuration.supernet.batchSize,
      architectures: rows,
      comparison: alone.isEmpty
        ? nil : try compare(entries, rows, inherited: inherited, alone: alone)
    )
  }

  private func compare(
    _ entries: [ArchitectureSelection.Entry],
    _ rows: [SupernetEvaluation.Row],
    inherited: [FlipMetrics.Predictions],
    alone: [[FlipMetrics.Predictions]]
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
        func rate(_ networks: [FlipMetrics.Predictions]) throws -> Double {
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
