import Networks
import RandomStreams
import SearchSpaces
import Torch

/// Batch norm by batch statistics, updating the leading slices of the running ones; dropout before
/// the classifier.
package final class TrainingPass: ForwardPass {
  package let store: TensorStore
  package let overwrites = false
  package let formulation: Formulation
  package let precision: ComputePrecision
  private let shard: DataParallel.Shard?
  private let dropout: Double
  private let one: Tensor
  private(set) var random: RandomStream

  /// With `shard`, a pass of that part of the batch: all ranks have to make the same one.
  package init(
    _ supernet: Supernet,
    shard: DataParallel.Shard? = nil,
    precision: ComputePrecision = .float32,
    dropout: Double,
    random: RandomStream
  ) throws {
    store = shard?.store ?? supernet.store
    formulation = supernet.formulation
    one = try .ones([], type: .int64, device: supernet.device)
    self.shard = shard
    self.precision = precision
    self.dropout = dropout
    self.random = random
  }

  /// Batch norm as libtorch does it, over whole batches only: that of the plain formulation.
  package func normalized(_ x: Tensor, by norm: BatchNorm) throws -> Tensor {
    try withoutGradient { try store[norm.key + ".num_batches_tracked"].addInPlace(one) }
    return try x.batchNormTraining(
      weight: store.vector(norm.key + ".weight", count: norm.active),
      bias: store.vector(norm.key + ".bias", count: norm.active),
      runningMean: store.vector(norm.key + ".running_mean", count: norm.active),
      runningVariance: store.vector(norm.key + ".running_var", count: norm.active),
      momentum: norm.momentum,
      epsilon: norm.epsilon
    )
  }

  package func normalized(
    _ x: Tensor,
    by norm: BatchNorm,
    then activation: Activation
  ) throws -> Tensor {
    guard formulation == .fast else { return try activated(normalized(x, by: norm), activation) }
    guard let fused = activation.fused else {
      return try activated(normalized(x, by: norm, then: .identity), activation)
    }
    // Rank 0 moves the running statistics for all.
    let isFirst = shard?.rank ?? 0 == 0
    return try x.batchNormTraining(
      weight: store[norm.key + ".weight"],
      bias: store[norm.key + ".bias"],
      runningMean: isFirst ? store[norm.key + ".running_mean"] : nil,
      runningVariance: isFirst ? store[norm.key + ".running_var"] : nil,
      batches: isFirst ? store[norm.key + ".num_batches_tracked"] : nil,
      momentum: norm.momentum,
      epsilon: norm.epsilon,
      then: fused,
      over: shard?.group
    )
  }

  /// Drops each feature with the network's probability and scales the others up (Srivastava et al.,
  /// JMLR 2014, inverted). The mask is drawn on the host: the same on every device.
  package func classifierInput(_ x: Tensor) throws -> Tensor {
    guard dropout > 0 else { return x }
    let kept = Float(1 / (1 - dropout))
    // Skips the rows of the ranks before this one in the mask of the whole batch.
    for _ in 0..<(shard?.start ?? 0) * x.size(1) { _ = random.uniform() }
    let mask = (0..<x.count).map { _ in random.uniform() < dropout ? 0 : kept }
    return try x * Tensor(mask, shape: x.shape, device: x.device)
  }
}

extension Supernet {
  /// Logits `[batch, classes]` of one subnet for a training step, recorded by autograd.
  ///
  /// Batch norm uses the statistics of the batch and moves the leading slices of the running ones
  /// in place. Dropout, where the space has it, draws from `random`; without a stream nothing is
  /// dropped. `images` is `[batch, channels, height, width]` on this supernet's device.
  package func trainingLogits(
    _ images: Tensor,
    _ architecture: Architecture,
    dropout random: inout RandomStream
  ) throws -> Tensor {
    let network = try space.network(architecture)
    weightsChanged()
    let pass = try TrainingPass(self, dropout: network.dropout, random: random)
    let logits = try pass.logits(images, of: network)
    random = pass.random
    return logits
  }

  /// The same without dropout.
  package func trainingLogits(_ images: Tensor, _ architecture: Architecture) throws -> Tensor {
    let network = try space.network(architecture)
    weightsChanged()
    let pass = try TrainingPass(self, dropout: 0, random: RandomStream(state: 0))
    return try pass.logits(images, of: network)
  }
}
