import CTorch

extension Tensor {
  /// 2-d convolution of `[batch, in, height, width]` with `[out, in / groups, kernel, kernel]`.
  public func convolved(
    with weight: Tensor,
    bias: Tensor? = nil,
    stride: Int = 1,
    padding: Int = 0,
    groups: Int = 1
  ) throws -> Tensor {
    try produce(
      "convolution, stride \(stride), padding \(padding), groups \(groups)",
      [self, weight]
    ) {
      rt_conv2d(
        handle,
        weight.handle,
        bias?.handle,
        Int64(stride),
        Int64(padding),
        Int64(groups),
        $0,
        $1
      )
    }
  }

  /// `x W^T + b` of `[batch, in]` with `[out, in]`.
  public func linear(_ weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
    try produce("linear", [self, weight]) {
      rt_linear(handle, weight.handle, bias?.handle, $0, $1)
    }
  }

  /// Batch norm with statistics of the batch; updates the running ones in place when given:
  /// `running = (1 - momentum) * running + momentum * batch` (the batch's unbiased variance).
  public func batchNormTraining(
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

  /// Batch norm with given statistics: `(x - mean) / sqrt(variance + epsilon) * weight + bias`.
  public func batchNormalized(
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
  public func channelMoments() throws -> (mean: Tensor, variance: Tensor) {
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

  public func maxPooled(kernel: Int, stride: Int, padding: Int) throws -> Tensor {
    try produce("max pooling", [self]) {
      rt_max_pool2d(handle, Int64(kernel), Int64(stride), Int64(padding), $0, $1)
    }
  }

  /// Partial windows at the border count only the pixels they hold (ceil mode).
  public func averagePooled(kernel: Int, stride: Int) throws -> Tensor {
    try produce("average pooling", [self]) {
      rt_avg_pool2d(handle, Int64(kernel), Int64(stride), $0, $1)
    }
  }

  /// Images `[batch, channels, height, width]` with another height and width: bilinear, with
  /// antialiasing when they shrink. The same tensor when nothing changes.
  public func resized(height: Int, width: Int) throws -> Tensor {
    guard rank != 4 || size(2) != height || size(3) != width else { return self }
    return try produce("resize to \(height) x \(width)", [self]) {
      rt_resize(handle, Int64(height), Int64(width), $0, $1)
    }
  }

  /// Mean over the batch of the cross entropy between logits `self` `[batch, classes]` and
  /// `labels` (int64, `[batch]`), the target being `1 - smoothing` on the label plus
  /// `smoothing / classes` everywhere (Szegedy et al., CVPR 2016, section 7).
  public func crossEntropy(labels: Tensor, smoothing: Double = 0) throws -> Tensor {
    let logProbabilities = try logSoftmax(1)
    let picked = try logProbabilities.gathered(1, labels.reshaped([-1, 1])).mean()
    guard smoothing > 0 else { return try -picked }
    return try -(picked * (1 - smoothing) + logProbabilities.mean() * smoothing)
  }

  /// Mean over the batch of the cross entropy with target probabilities `[batch, classes]`.
  public func crossEntropy(probabilities: Tensor) throws -> Tensor {
    try -(logSoftmax(1) * probabilities).sum([1]).mean()
  }
}
