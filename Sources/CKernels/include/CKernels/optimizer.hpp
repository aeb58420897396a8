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

// Multiplies all gradients by a number.
void scale_gradients(const std::vector<at::Tensor> &parameters, double factor);

// One step of gradient descent with Nesterov's momentum on the parameters with a gradient, which is
// then cleared. One without is left alone. There is a decay for each parameter.
void sgd_step(
  const std::vector<at::Tensor> &parameters, const std::vector<at::Tensor> &velocities,
  const double *decays, double rate, double momentum);

// averages = kept * averages + (1 - kept) * values, one to one.
void move_averages(
  const std::vector<at::Tensor> &averages, const std::vector<at::Tensor> &values, double kept);

}  // namespace regnas
