// Squeeze and excitation (Hu, Shen and Sun, CVPR 2018).
#pragma once

#include <CKernels/tensor.hpp>

namespace regnas {

// input * hard_sigmoid(expand(relu(reduce(mean of input's pixels)))), recorded by autograd; as one operation
// where that fits. Weights are [out, in, 1, 1].
at::Tensor squeeze_excitation(
  const at::Tensor &input, const at::Tensor &reduce_weight, const at::Tensor &reduce_bias,
  const at::Tensor &expand_weight, const at::Tensor &expand_bias);

}  // namespace regnas
