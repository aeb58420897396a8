// Dense convolution whose weight gradient does not wait for other threads.
#pragma once

#include "internal.hpp"

namespace regnas {

// The same function as at::conv2d without bias, for float32 on the processor, recorded by autograd.
at::Tensor dense_convolution(
  const at::Tensor &input, const at::Tensor &weight, int64_t stride, int64_t padding);

}  // namespace regnas
