import FlipMetrics
import Networks
import Supernet
import Torch

/// Keeps what another predictor predicts: every architecture is judged once, and any metric against
/// any reference can be computed later.
public final class CachedPredictor: ArchitecturePredictor {
  private let predictor: any ArchitecturePredictor
  private let classCount: Int
  /// By digest of the image set.
  private var sets: [String: Known] = [:]

  /// In the order of evaluation, for storage.
  private struct Known {
    var architectures: [Architecture] = []
    var index: [Architecture: Int] = [:]
    var classes: [[Int32]] = []

    mutating func keep(_ classes: [Int32], of architecture: Architecture) {
      index[architecture] = architectures.count
      architectures.append(architecture)
      self.classes.append(classes)
    }
  }

  /// - Parameter classCount: how many classes there are to predict.
  public init(_ predictor: any ArchitecturePredictor, classCount: Int) {
    self.predictor = predictor
    self.classCount = classCount
  }

  public func predictions(
    of architectures: [Architecture],
    on images: ImageSet,
    each: (_ position: Int, _ predictions: Predictions) throws -> Void
  ) throws -> [Predictions] {
    var results = PredictionList(for: architectures)
    var positions: [Architecture: [Int]] = [:]
    var missing: [Architecture] = []
    for (position, architecture) in architectures.enumerated() {
      if let known = sets[images.digest], let index = known.index[architecture] {
        let predictions = try Predictions(classes: known.classes[index], labels: images.labels)
        results[position] = predictions
        try each(position, predictions)
      } else {
        if positions[architecture] == nil { missing.append(architecture) }
        positions[architecture, default: []].append(position)
      }
    }
    guard !missing.isEmpty else { return try results.complete() }
    _ = try predictor.predictions(of: missing, on: images) { number, predictions in
      let architecture = missing[number]
      // Kept before `each` is called, so that a checkpoint taken there has it.
      sets[images.digest, default: Known()].keep(predictions.classes, of: architecture)
      for position in positions[architecture] ?? [] {
        results[position] = predictions
        try each(position, predictions)
      }
    }
    return try results.complete()
  }
}

extension CachedPredictor {
  /// `<digest>/architectures` (int32, `[count, decisions]`) and `<digest>/predictions` (uint8 where the
  /// classes fit it, else int32; `[count, images]`) for every image set, by its digest.
  package func state() throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (digest, known) in sets {
      let rows = known.architectures.count
      result[digest + "/architectures"] = try Tensor(
        known.architectures.flatMap { $0.choices.map(Int32.init) },
        shape: [rows, known.architectures.first?.count ?? 0]
      )
      let shape = [rows, known.classes.first?.count ?? 0]
      result[digest + "/predictions"] =
        classCount <= 256
        ? try Tensor(
          known.classes.flatMap { $0.map { UInt8(truncatingIfNeeded: $0) } },
          shape: shape
        )
        : try Tensor(known.classes.flatMap { $0 }, shape: shape)
    }
    return result
  }

  /// Takes a ``state()``. `digest` maps a stored name to the digest of its image set; predictions
  /// of a name without one are skipped.
  ///
  /// Throws ``EvaluationError/malformedState(set:)`` for one that is not well formed.
  package func restore(_ state: [String: Tensor], digest: (_ name: String) -> String?) throws {
    sets = [:]
    for name in state.keys.sorted() where name.hasSuffix("/architectures") {
      let set = String(name.dropLast("/architectures".count))
      guard let stored = state[name], let predictions = state[set + "/predictions"],
        stored.rank == 2, predictions.rank == 2, stored.size(0) == predictions.size(0)
      else {
        throw EvaluationError.malformedState(set: set)
      }
      guard let digest = digest(set) else { continue }
      let (width, images) = (stored.size(1), predictions.size(1))
      let choices = try stored.array(Int32.self).map(Int.init)
      let classes =
        predictions.elementType == .uint8
        ? try predictions.array(UInt8.self).map(Int32.init) : try predictions.array(Int32.self)
      var known = Known()
      for row in 0..<stored.size(0) {
        known.keep(
          Array(classes[row * images..<(row + 1) * images]),
          of: Architecture(Array(choices[row * width..<(row + 1) * width]))
        )
      }
      sets[digest] = known
    }
  }
}
