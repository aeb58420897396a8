// Mean and variance per channel of channels-last maps.
#pragma once

#include <cstdint>
#include <vector>

namespace regnas {

struct Moments {
  // Per channel; the variance is the biased one.
  std::vector<double> mean, variance;
};

// Of `rows` x `channels` values. Does not depend on the number of threads.
Moments moments_of_rows(const float *values, int64_t rows, int64_t channels);

}  // namespace regnas
