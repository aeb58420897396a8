import Networks
import SearchSpaces
import Supernet
import Torch

/// Predictions of architectures, each calibrated on the same training images; judged once, kept for
/// ever, so that any metric against any reference can be computed later.
///
/// What is predicted for an architecture depends on nothing else that was asked for (see
/// ``RolloutEvaluator``), so a search that was resumed, with its predictions but without their
/// activations, goes on with the same bytes.
public final class ArchitectureEvaluator {
  private let supernet: Supernet
  private let calibration: [Tensor]
  private let memoryLimit: Int
  /// Of the precision last asked for.
  private var rollouts: RolloutEvaluator?
  /// Predicted classes by image set and precision; in the order of evaluation, for storage.
  private var cache: [String: Predictions] = [:]

  private struct Predictions {
    var architectures: [Architecture] = []
    var index: [Architecture: Int] = [:]
    var classes: [[Int32]] = []
  }

  /// - Parameters:
  ///   - calibration: batches of training images, `[batch, channels, height, width]`.
  ///   - memoryLimit: bytes of activations kept between evaluations; only speed depends on it.
  public init(supernet: Supernet, calibration: [Tensor], memoryLimit: Int = 512 << 20) {
    self.supernet = supernet
    self.calibration = calibration
    self.memoryLimit = memoryLimit
  }

  /// The class predicted for each image of `set`, in its order.
  public func predictions(
    of architecture: Architecture,
    on set: ImageSet,
    precision: ComputePrecision = .float32
  ) throws -> [Int32] {
    let name = Self.name(set, precision)
    if let known = cache[name], let index = known.index[architecture] {
      return known.classes[index]
    }
    let classes = try rollouts(precision).classes(
      of: architecture,
      on: .init(
        name: set.name,
        count: set.labels.count,
        batchCount: set.batchCount,
        batch: set.batch
      )
    )
    keep(classes, of: architecture, on: name)
    return classes
  }

  /// Announces architectures that predictions will be asked of, so that what they share is computed
  /// once. Gives an order for asking that shares the most: positions in `architectures`.
  public func expect(
    _ architectures: [Architecture],
    on set: ImageSet,
    precision: ComputePrecision = .float32
  ) throws -> [Int] {
    let known = cache[Self.name(set, precision)]?.index ?? [:]
    try rollouts(precision).expect(Set(architectures).filter { known[$0] == nil })
    return architectures.indices.sorted { first, second in
      let (a, b) = (architectures[first].choices, architectures[second].choices)
      return a == b ? first < second : a.lexicographicallyPrecedes(b)
    }
  }

  /// The subnet with statistics of its own.
  public func subnet(_ architecture: Architecture) throws -> CalibratedSubnet {
    let input = supernet.space.input
    return try supernet.calibrate(
      architecture,
      batches: calibration.map { try input.images($0, for: architecture) }
    )
  }

  private func rollouts(_ precision: ComputePrecision) -> RolloutEvaluator {
    if let rollouts, rollouts.precision == precision { return rollouts }
    let evaluator = RolloutEvaluator(
      supernet,
      calibration: calibration,
      precision: precision,
      memoryLimit: memoryLimit
    )
    rollouts = evaluator
    return evaluator
  }

  private static func name(_ set: ImageSet, _ precision: ComputePrecision) -> String {
    precision == .float32 ? set.name : "\(set.name)-\(precision.rawValue)"
  }

  private func keep(_ classes: [Int32], of architecture: Architecture, on set: String) {
    var known = cache[set] ?? Predictions()
    known.index[architecture] = known.architectures.count
    known.architectures.append(architecture)
    known.classes.append(classes)
    cache[set] = known
  }
}

extension ArchitectureEvaluator {
  /// `<set>/architectures` (int32, `[count, decisions]`) and `<set>/predictions` (uint8 where the
  /// classes fit it, else int32; `[count, images]`) for every set.
  public func state() throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (set, known) in cache {
      let rows = known.architectures.count
      result[set + "/architectures"] = try Tensor(
        known.architectures.flatMap { $0.choices.map(Int32.init) },
        shape: [rows, known.architectures.first?.count ?? 0]
      )
      let shape = [rows, known.classes.first?.count ?? 0]
      result[set + "/predictions"] =
        supernet.space.input.classes <= 256
        ? try Tensor(
          known.classes.flatMap { $0.map { UInt8(truncatingIfNeeded: $0) } },
          shape: shape
        )
        : try Tensor(known.classes.flatMap { $0 }, shape: shape)
    }
    return result
  }

  public func restore(_ state: [String: Tensor]) throws {
    cache = [:]
    for name in state.keys.sorted() where name.hasSuffix("/architectures") {
      let set = String(name.dropLast("/architectures".count))
      guard let stored = state[name], let predictions = state[set + "/predictions"],
        stored.rank == 2, predictions.rank == 2, stored.size(0) == predictions.size(0)
      else {
        throw RunError.mismatch(
          what: "another program",
          differences: ["the cache of predictions is not well formed"]
        )
      }
      let (width, images) = (stored.size(1), predictions.size(1))
      let choices = try stored.array(Int32.self).map(Int.init)
      let classes =
        predictions.elementType == .uint8
        ? try predictions.array(UInt8.self).map(Int32.init) : try predictions.array(Int32.self)
      for row in 0..<stored.size(0) {
        keep(
          Array(classes[row * images..<(row + 1) * images]),
          of: Architecture(Array(choices[row * width..<(row + 1) * width])),
          on: set
        )
      }
    }
  }
}
