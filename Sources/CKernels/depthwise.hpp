// Depthwise convolution of channels-last float32 maps: kernels of our own, and their use by autograd.
#pragma once

#include <CKernels/activation.hpp>

namespace regnas {

// Whether `depthwise` takes these: float32 on the processor, channels last, odd kernels up to 7.
bool depthwise_fits(
  const at::Tensor &input, const at::Tensor &weight, int64_t stride, int64_t padding,
  int64_t groups);

// The same function as at::conv2d with one group per channel, recorded by autograd. Its
// results do not depend on the number of threads.
at::Tensor depthwise(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias,
  int64_t stride);

// activation(the same), not recorded.
at::Tensor depthwise(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, int64_t stride,
  Activation activation);

}  // namespace regnas
