// What an optimiser does to all parameters at once.
#pragma once

#include <CKernels/tensor.hpp>

#include <vector>

namespace regnas {

// Adds the gradients of `from` to those of `to`, of equal shapes and one to one, and clears those
// of `from`.
void add_gradients(const std::vector<at::Tensor> &to, const std::vector<at::Tensor> &from);

// The norm of all gradients together.
double gradient_norm(
  const std::vector<at::Tensor> &parameters, const std::vector<at::Tensor> &losses);

// One step of gradient descent with Nesterov's momentum on a parameter with a gradient, which is
// then cleared. A parameter without one is left alone.
void sgd_step(
  const at::Tensor &parameter, const at::Tensor &velocity, double decay, double rate,
  double momentum);

}  // namespace regnas
