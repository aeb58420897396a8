import Networks
import SearchSpaces
import Torch

/// One batch through a network or a part of one, with batch norm by the statistics of that batch,
/// which it keeps: per active channel, the mean and the biased variance.
package final class CalibrationPass: ForwardPass {
  package let store: TensorStore
  package let overwrites = true
  package let formulation: Formulation
  private(set) var moments: NormStatistics = [:]

  package init(store: TensorStore, formulation: Formulation) {
    self.store = store
    self.formulation = formulation
  }

  package func normalized(_ x: Tensor, by norm: BatchNorm) throws -> Tensor {
    let (mean, variance) = try x.channelMoments()
    moments[norm.key] = (mean, variance)
    return try x.batchNormalized(
      mean: mean,
      variance: variance,
      weight: store.vector(norm.key + ".weight", count: norm.active),
      bias: store.vector(norm.key + ".bias", count: norm.active),
      epsilon: norm.epsilon
    )
  }

  package func normalized(
    _ x: Tensor,
    by norm: BatchNorm,
    then activation: Activation
  ) throws -> Tensor {
    guard formulation == .fast, let fused = activation.fused else {
      return try activated(normalized(x, by: norm), activation)
    }
    moments[norm.key] = try x.batchNormalizeInPlace(
      weight: store.vector(norm.key + ".weight", count: norm.active),
      bias: store.vector(norm.key + ".bias", count: norm.active),
      epsilon: norm.epsilon,
      then: fused
    )
    return x
  }
}

/// Averages the moments of batches, weighted by their numbers of images: per-batch biased variances,
/// not a pooled one, as Once-for-All's `set_running_statistics`.
package struct MomentsAverage {
  private var sums: NormStatistics = [:]
  private var images = 0

  package mutating func add(_ moments: NormStatistics, images count: Int) throws {
    for (key, (mean, variance)) in moments {
      if let sum = sums[key] {
        try sum.mean.addInPlace(mean, scale: Double(count))
        try sum.variance.addInPlace(variance, scale: Double(count))
      } else {
        sums[key] = try (mean * Double(count), variance * Double(count))
      }
    }
    images += count
  }

  /// Throws ``SupernetError/noCalibrationImages``.
  package func statistics() throws -> NormStatistics {
    guard images > 0 else { throw SupernetError.noCalibrationImages }
    return try sums.mapValues { try ($0.mean / Double(images), $0.variance / Double(images)) }
  }
}
