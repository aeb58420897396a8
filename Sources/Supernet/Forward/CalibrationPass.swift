import SearchSpaces
import Torch

/// Batch norm by batch statistics, which are averaged over batches with the number of images as
/// weight: per-batch biased variances, not a pooled one, as Once-for-All's `set_running_statistics`.
final class CalibrationPass: ForwardPass {
  let store: TensorStore
  let overwrites = true
  let formulation: Formulation
  private var sums: NormStatistics = [:]
  private var images = 0

  init(store: TensorStore, formulation: Formulation) {
    self.store = store
    self.formulation = formulation
  }

  func observe(_ batch: Tensor, of network: NetworkDescription) throws {
    guard batch.rank > 0, batch.size(0) > 0 else { throw SupernetError.noCalibrationImages }
    _ = try logits(batch, of: network)
    images += batch.size(0)
  }

  func normalized(_ x: Tensor, by norm: BatchNorm) throws -> Tensor {
    let (mean, variance) = try x.channelMoments()
    let count = Double(x.size(0))
    if let sum = sums[norm.key] {
      try sum.mean.addInPlace(mean, scale: count)
      try sum.variance.addInPlace(variance, scale: count)
    } else {
      sums[norm.key] = try (mean * count, variance * count)
    }
    return try x.batchNormalized(
      mean: mean,
      variance: variance,
      weight: store.vector(norm.key + ".weight", count: norm.active),
      bias: store.vector(norm.key + ".bias", count: norm.active),
      epsilon: norm.epsilon
    )
  }

  func statistics() throws -> NormStatistics {
    guard images > 0 else { throw SupernetError.noCalibrationImages }
    let count = Double(images)
    return try sums.mapValues { try ($0.mean / count, $0.variance / count) }
  }
}
