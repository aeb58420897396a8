import Networks
import SearchSpaces
import Torch

/// Mean and variance per active channel, for every batch norm of a network by its key.
package typealias NormStatistics = [String: (mean: Tensor, variance: Tensor)]

/// Batch norm by given statistics; nothing recorded.
package struct EvaluationPass: ForwardPass {
  package let store: TensorStore
  package let statistics: NormStatistics
  package let overwrites = true
  package let formulation: Formulation

  package func normalized(_ x: Tensor, by norm: BatchNorm) throws -> Tensor {
    guard let (mean, variance) = statistics[norm.key] else {
      throw SupernetError.missingTensors([norm.key + ".running_mean"])
    }
    return try x.batchNormalized(
      mean: mean,
      variance: variance,
      weight: store.vector(norm.key + ".weight", count: norm.active),
      bias: store.vector(norm.key + ".bias", count: norm.active),
      epsilon: norm.epsilon
    )
  }
}
