import AtomicFiles
import Configuration
import Evaluation
import FlipMetrics
import Networks
import Runs
import Supernet
import Torch

/// The trained supernet of a run and the predictors that use it: what the first stage gives.
package final class TrainedSupernet {
  package let supernet: Supernet
  /// SHA-256 of its file.
  let digest: String
  /// Batches of training images that every architecture is calibrated on.
  package let calibration: [Tensor]
  private let computing: [ComputePrecision: RolloutPredictor]
  private let cached: [ComputePrecision: CachedPredictor]

  /// Reads `supernet.h5` also in a run that was never interrupted, which thus goes on from the same
  /// values, laid out in the same way, as a resumed one.
  ///
  /// - Parameter name: of another file of the run with weights of its space.
  init(_ context: RunContext, file name: String = RunFolder.supernetName) throws {
    let path = context.folder.file(name)
    digest = try SHA256.ofFile(path)
    supernet = try context.setting.readSupernet(path)
    calibration = try context.setting.images.calibrationBatches()
    var computing: [ComputePrecision: RolloutPredictor] = [:]
    for precision in [context.configuration.search.precision, .float32] {
      computing[precision] = RolloutPredictor(
        supernet,
        calibration: calibration,
        precision: precision,
        memoryLimit: context.configuration.runtime.evaluationMemory << 20
      )
    }
    self.computing = computing
    let classCount = context.setting.space.input.classes
    cached = computing.mapValues { CachedPredictor($0, classCount: classCount) }
  }

  /// What figures are measured with.
  package var predictor: CachedPredictor { get throws { try predictor(.float32) } }

  /// The predictor of one precision: `search.precision` for rewards, float32 for figures. Only the
  /// one asked for last keeps its activations.
  func predictor(_ precision: ComputePrecision) throws -> CachedPredictor {
    try pick(precision, from: cached)
  }

  /// The predictions of a member of the family with their probabilities, in float32.
  func finalPredictions(of architecture: Architecture, on images: ImageSet) throws -> Predictions {
    try pick(.float32, from: computing).predictionsWithProbabilities(of: architecture, on: images)
  }

  private func pick<Predictor>(
    _ precision: ComputePrecision,
    from predictors: [ComputePrecision: Predictor]
  ) throws -> Predictor {
    for (other, predictor) in computing where other != precision { predictor.releaseMemory() }
    guard let predictor = predictors[precision] else {
      throw RunError.invalidInput("the run evaluates nothing in \(precision.rawValue)")
    }
    return predictor
  }

  /// The subnet with statistics of its own.
  func subnet(_ architecture: Architecture) throws -> CalibratedSubnet {
    let input = supernet.space.input
    return try supernet.calibrate(
      architecture,
      batches: calibration.map { try input.images($0, for: architecture) }
    )
  }
}

extension TrainedSupernet {
  /// All predictions made so far: `<precision>/<digest of the image set>/...`.
  func state() throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (precision, predictor) in cached {
      for (name, tensor) in try predictor.state() {
        result["\(precision.rawValue)/\(name)"] = tensor
      }
    }
    return result
  }

  /// Takes a ``state()``, or one of regnas 0.1.0, which named image sets by what they were for: `search`,
  /// `reward`, `test`, and `-bfloat16` behind it.
  func restore(_ state: [String: Tensor], images: RunImages) throws {
    let formerly = [
      "search": images.search.digest, "reward": images.reward.digest, "test": images.test.digest,
    ]
    for (precision, predictor) in cached {
      let prefix = precision.rawValue + "/"
      let own = state.filter { $0.key.hasPrefix(prefix) }
      if !own.isEmpty {
        let named = own.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
        try predictor.restore(Dictionary(uniqueKeysWithValues: named)) { $0 }
        continue
      }
      let suffix = precision == .float32 ? "" : "-" + precision.rawValue
      try predictor.restore(state) { name in
        guard name.hasSuffix(suffix) else { return nil }
        return formerly[String(name.dropLast(suffix.count))]
      }
    }
  }
}
