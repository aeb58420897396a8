// Two-dimensional convolution, with kernels of our own where libtorch's are slow.
#pragma once

#include <CKernels/activation.hpp>

namespace regnas {

struct Stencil {
  int64_t stride, padding, groups;
};

// The same function as at::conv2d, recorded by autograd. Depthwise ones run on our own kernels where
// those fit. With `rounded`, dense ones take their float32 inputs and gradients rounded to bfloat16. `bias`
// may be undefined.
at::Tensor convolution(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, Stencil stencil,
  bool rounded);

// The same and then an activation, without autograd.
at::Tensor convolution_activation(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, Stencil stencil,
  Activation activation);

// What both do on a GPU with maps whose channels are last: the ways of libtorch that are fastest there
// (docs/gpu.md). Gives the same function on the processor, where tests call it.
at::Tensor convolution_on_gpu(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, Stencil stencil);

}  // namespace regnas
