// Activations that other operations apply on the way.
#pragma once

#include <CKernels/tensor.hpp>

namespace regnas {

enum class Activation { identity, relu, relu6, hard_swish };

// By libtorch; of any tensor, recorded by autograd.
at::Tensor activated(const at::Tensor &values, Activation activation);

// In place and without autograd, of any tensor.
void activate_in_place(at::Tensor &values, Activation activation);

}  // namespace regnas
