import CTorch

/// Activations that batch norm can apply by itself.
package enum FusedActivation: String, Sendable, CaseIterable {
  case identity, relu, relu6, hardSwish

  var code: rt_activation {
    switch self {
    case .identity: RT_IDENTITY_ACTIVATION
    case .relu: RT_RELU_ACTIVATION
    case .relu6: RT_RELU6_ACTIVATION
    case .hardSwish: RT_HARDSWISH_ACTIVATION
    }
  }
}

extension Tensor {
  /// Batch norm with statistics of the batch; updates the running ones in place when given:
  /// `running = (1 - momentum) * running + momentum * batch` (the batch's unbiased variance).
  package func batchNormTraining(
    weight: Tensor,
    bias: Tensor,
    runningMean: Tensor?,
    runningVariance: Tensor?,
    momentum: Double,
    epsilon: Double
  ) throws -> Tensor {
    try produce("batch norm", [self, weight]) {
      rt_batch_norm(
        handle,
        weight.handle,
        bias.handle,
        runningMean?.handle,
        runningVariance?.handle,
        true,
        momentum,
        epsilon,
        $0,
        $1
      )
    }
  }

  /// ``batchNormTraining(weight:bias:runningMean:runningVariance:momentum:epsilon:)`` followed by an
  /// activation, as one operation where that fits (float32 on the processor, channels last).
  ///
  /// Equal to the two operations up to rounding; results do not depend on the number of threads.
  ///
  /// Vectors may have more channels than the input: the leading ones are used, and gradients of leaves go
  /// straight to them. `batches`, an int64, is counted up.
  ///
  /// With a `group`, this tensor is its rank's part of a batch and the statistics are those of the whole
  /// batch, forward and backward (synchronised batch norm). All ranks have to run the same layers, forward
  /// and backward. Float32 on the processor only.
  package func batchNormTraining(
    weight: Tensor,
    bias: Tensor,
    runningMean: Tensor?,
    runningVariance: Tensor?,
    batches: Tensor? = nil,
    momentum: Double,
    epsilon: Double,
    then activation: FusedActivation,
    over group: ProcessGroup? = nil
  ) throws -> Tensor {
    try produce("batch norm and \(activation)", [self, weight]) {
      rt_batch_norm_activation(
        handle,
        weight.handle,
        bias.handle,
        runningMean?.handle,
        runningVariance?.handle,
        batches?.handle,
        momentum,
        epsilon,
        activation.code,
        group?.handle,
        $0,
        $1
      )
    }
  }

  /// Batch norm with statistics of the batch and then an activation, in place and without autograd;
  /// gives the batch's mean and biased variance per channel, `[channels]`.
  package func batchNormalizeInPlace(
    weight: Tensor,
    bias: Tensor,
    epsilon: Double,
    then activation: FusedActivation
  ) throws -> (mean: Tensor, variance: Tensor) {
    var mean: OpaquePointer?
    var variance: OpaquePointer?
    try check("batch norm and \(activation) in place", [self, weight]) {
      rt_batch_norm_in(
        handle,
        weight.handle,
        bias.handle,
        epsilon,
        activation.code,
        &mean,
        &variance,
        $0
      )
    }
    guard let mean, let variance else {
      throw TorchError(operation: "batch norm in place", message: "no tensor came back")
    }
    return (Tensor(owning: mean), Tensor(owning: variance))
  }

  /// Batch norm with given statistics: `(x - mean) / sqrt(variance + epsilon) * weight + bias`.
  package func batchNormalized(
    mean: Tensor,
    variance: Tensor,
    weight: Tensor,
    bias: Tensor,
    epsilon: Double
  ) throws -> Tensor {
    try produce("batch norm", [self, weight, mean]) {
      rt_batch_norm(
        handle,
        weight.handle,
        bias.handle,
        mean.handle,
        variance.handle,
        false,
        0,
        epsilon,
        $0,
        $1
      )
    }
  }

  /// Mean and biased variance per channel, `[channels]`, over all dimensions but the second.
  package func channelMoments() throws -> (mean: Tensor, variance: Tensor) {
    var mean: OpaquePointer?
    var variance: OpaquePointer?
    try check("channel moments", [self]) {
      rt_channel_moments(handle, &mean, &variance, $0)
    }
    guard let mean, let variance else {
      throw TorchError(operation: "channel moments", message: "no tensor came back")
    }
    return (Tensor(owning: mean), Tensor(owning: variance))
  }
}
