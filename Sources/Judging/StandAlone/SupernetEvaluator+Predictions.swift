import Decisions
import Evaluation
import Families
import FlipMetrics
import Foundation
import ImageData
import Runs
import Search
import SearchSpaces
import Supernet

// Where predictions come from.
extension SupernetEvaluator {
  package func predictInherited(
    _ entries: [ArchitectureSelection.Entry]
  ) throws -> [Predictions] {
    let predictor = RolloutPredictor(subject.supernet, calibration: calibration)
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
      ) { set in try predictor.predictions(of: entry.architecture, on: set).classes }
    }
  }

  /// By seed, then architecture.
  package func predictAlone(
    _ entries: [ArchitectureSelection.Entry]
  ) throws -> [[Predictions]] {
    let training = StandAloneTraining(subject)
    return try aloneSeeds.enumerated().map { turn, seed in
      try entries.enumerated().map { index, entry in
        try stopIfAsked()
        let number = turn * entries.count + index + 1
        var seconds = 0.0
        var network: RolloutPredictor?
        let only = try StandAloneSpace(entry.architecture, of: subject.space).architecture
        let result = try predictions(
          "\(subject.space.code(entry.architecture))-\(seed)",
          training.identity(of: entry.architecture, seed: seed),
          in: aloneStore
        ) { set in
          let predictor =
            try network
            ?? RolloutPredictor(
              train(entry, number, training, seed: seed, seconds: &seconds),
              calibration: calibration,
              memoryLimit: 0
            )
          network = predictor
          return try predictor.predictions(of: only, on: set).classes
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

  /// Notes how long the trainings took, beside the multiply-adds that the evaluation counts: on
  /// this computer, with whatever else ran on it.
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
  ) throws -> Predictions {
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
    return try Predictions(classes: classes, labels: set.labels)
  }

  package var aloneSeeds: [UInt64] {
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
