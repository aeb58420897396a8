import SearchSpaces
import Supernet
import Torch

/// Predictions of architectures, each calibrated on the same training images; judged once, kept for
/// ever, so that any metric against any reference can be computed later.
public final class ArchitectureEvaluator {
  private let supernet: Supernet
  private let calibration: [Tensor]
  /// Predicted classes by image set; in the order of evaluation, for storage.
  private var cache: [String: Predictions] = [:]

  private struct Predictions {
    var architectures: [Architecture] = []
    var index: [Architecture: Int] = [:]
    var classes: [[Int32]] = []
  }

  /// - Parameter calibration: batches of training images, `[batch, channels, height, width]`.
  public init(supernet: Supernet, calibration: [Tensor]) {
    self.supernet = supernet
    self.calibration = calibration
  }

  /// The class predicted for each image of `set`, in its order.
  public func predictions(of architecture: Architecture, on set: ImageSet) throws -> [Int32] {
    if let known = cache[set.name], let index = known.index[architecture] {
      return known.classes[index]
    }
    let subnet = try subnet(architecture).folded()
    var classes: [Int32] = []
    classes.reserveCapacity(set.labels.count)
    for index in 0..<set.batchCount {
      let images = try supernet.space.input.images(set.batch(index), for: architecture)
      classes += try subnet.predict(CollectionOfOne(images)).classes.map(Int32.init)
    }
    keep(classes, of: architecture, on: set.name)
    return classes
  }

  /// The subnet with statistics of its own.
  public func subnet(_ architecture: Architecture) throws -> CalibratedSubnet {
    let input = supernet.space.input
    return try supernet.calibrate(
      architecture,
      batches: calibration.map { try input.images($0, for: architecture) }
    )
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
  /// `<set>/architectures` (int32, `[count, decisions]`) and `<set>/predictions` (int32, `[count,
  /// images]`) for every set.
  public func state() throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (set, known) in cache {
      let rows = known.architectures.count
      result[set + "/architectures"] = try Tensor(
        known.architectures.flatMap { $0.choices.map(Int32.init) },
        shape: [rows, known.architectures.first?.count ?? 0]
      )
      result[set + "/predictions"] = try Tensor(
        known.classes.flatMap { $0 },
        shape: [rows, known.classes.first?.count ?? 0]
      )
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
      let classes = try predictions.array(Int32.self)
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
