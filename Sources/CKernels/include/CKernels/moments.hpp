// Mean and variance per channel of channels-last maps.
#pragma once

#include <CKernels/tensor.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace regnas {

struct Moments {
  // Per channel; the variance is the biased one.
  std::vector<double> mean, variance;
};

// Of `rows` x `channels` values. Does not depend on the number of threads.
Moments moments_of_rows(const float *values, int64_t rows, int64_t channels);

// Mean and biased variance of any tensor over all its dimensions but 1.
std::pair<at::Tensor, at::Tensor> channel_moments(const at::Tensor &values);

at::Tensor float_vector(const std::vector<double> &values);

}  // namespace regnas
