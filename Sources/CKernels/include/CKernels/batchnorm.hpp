// Batch norm by the statistics of the batch.
#pragma once

#include <CKernels/activation.hpp>
#include <CKernels/group.hpp>

#include <utility>

namespace regnas {

struct RunningStatistics {
  // Undefined where they are not kept.
  at::Tensor mean, variance;
};

// Batch norm and then an activation, recorded by autograd; as one operation where that fits. `statistics`
// move by `momentum` towards the batch's mean and unbiased variance. Vectors may have more channels than
// the input: the leading ones are used.
//
// With a group (null stands for none) `input` is this rank's part of a batch, and the statistics, forward
// and backward, are those of the whole batch: synchronised batch norm. All ranks have to call it, and
// backward, in the same order. Float32 on the processor only.
at::Tensor batch_norm_activation(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias,
  const RunningStatistics &statistics, double momentum, double epsilon, Activation activation,
  const c10::intrusive_ptr<Group> &group);

// The same in place, without autograd and without a group. Returns the batch's mean and biased variance.
std::pair<at::Tensor, at::Tensor> batch_norm_in_place(
  at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, double epsilon,
  Activation activation);

}  // namespace regnas
