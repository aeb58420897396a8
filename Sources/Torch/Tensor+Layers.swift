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
    try convolved(by: rt_conv2d, with: weight, bias, stride, padding, groups)
  }

  private func convolved(
    by function: (
      rt_tensor?, rt_tensor?, rt_tensor?, Int64, Int64, Int64,
      UnsafeMutablePointer<rt_tensor?>?, UnsafeMutablePointer<rt_message?>?
    ) -> Int32,
    with weight: Tensor,
    _ bias: Tensor?,
    _ stride: Int,
    _ padding: Int,
    _ groups: Int
  ) throws -> Tensor {
    try produce(
      "convolution, stride \(stride), padding \(padding), groups \(groups)",
      [self, weight]
    ) {
      function(
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

  /// Equal to ``convolved(with:bias:stride:padding:groups:)`` up to rounding, with kernels of our own
  /// where libtorch's are slow: depthwise convolution (odd kernels up to 7, `padding` half the kernel)
  /// of float32 on the processor, channels last. Everything else is libtorch's.
  ///
  /// With `rounded`, dense convolutions of float32 multiply what was rounded to bfloat16, forward and
  /// backward, at up to twice the speed on processors that can; values lose all but 8 bits.
  public func fastConvolved(
    with weight: Tensor,
    bias: Tensor? = nil,
    stride: Int = 1,
    padding: Int = 0,
    groups: Int = 1,
    rounded: Bool = false
  ) throws -> Tensor {
    try produce(
      "convolution, stride \(stride), padding \(padding), groups \(groups)",
      [self, weight]
    ) {
      rt_fast_conv2d(
        handle,
        weight.handle,
        bias?.handle,
        Int64(stride),
        Int64(padding),
        Int64(groups),
        rounded,
        $0,
        $1
      )
    }
  }

  /// The same by the ways that are taken on a GPU, which tests compare on the processor.
  package func convolvedAsOnGPU(
    with weight: Tensor,
    bias: Tensor? = nil,
    stride: Int = 1,
    padding: Int = 0,
    groups: Int = 1
  ) throws -> Tensor {
    try convolved(by: rt_gpu_conv2d, with: weight, bias, stride, padding, groups)
  }

  /// ``fastConvolved(with:bias:stride:padding:groups:rounded:)`` followed by an activation, without autograd: what
  /// evaluation runs. A depthwise convolution applies the activation on the way.
  package func convolved(
    with weight: Tensor,
    bias: Tensor?,
    stride: Int,
    padding: Int,
    groups: Int,
    then activation: FusedActivation
  ) throws -> Tensor {
    try produce(
      "convolution, stride \(stride), padding \(padding), groups \(groups), \(activation)",
      [self, weight]
    ) {
      rt_conv2d_activation(
        handle,
        weight.handle,
        bias?.handle,
        Int64(stride),
        Int64(padding),
        Int64(groups),
        activation.code,
        $0,
        $1
      )
    }
  }

  /// Squeeze and excitation: `self * hardSigmoid(expand(relu(reduce(mean))))`, the mean over the pixels
  /// of each channel of `[batch, channels, height, width]`. Weights are `[hidden, channels, 1, 1]` and
  /// `[channels, hidden, 1, 1]`.
  ///
  /// One operation where that fits (float32 on the processor, channels last), libtorch's elsewhere.
  public func squeezeExcited(
    reduce: (weight: Tensor, bias: Tensor),
    expand: (weight: Tensor, bias: Tensor)
  ) throws -> Tensor {
    try produce("squeeze and excitation", [self, reduce.weight, expand.weight]) {
      rt_squeeze_excitation(
        handle,
        reduce.weight.handle,
        reduce.bias.handle,
        expand.weight.handle,
        expand.bias.handle,
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
