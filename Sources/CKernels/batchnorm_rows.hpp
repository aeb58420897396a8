// The loops of batch norm over rows: a row is one pixel of a channels-last float32 map.
#pragma once

#include <CKernels/activation.hpp>

#include <cstdint>
#include <vector>

namespace regnas {

// Constants per channel: z = x * scale + shift is normalised, scaled and shifted, and
// xhat = x * spread + centre is normalised only.
struct Channels {
  int64_t count;
  std::vector<float> scale, shift, spread, centre;
  explicit Channels(int64_t count)
    : count(count), scale(count), shift(count), spread(count), centre(count) {}
};

// y = activation(z); x and y may be the same.
void normalize_block(Activation a, const float *x, int64_t rows, const Channels &p, float *y);

// Sums over rows, by channel: of the gradient with respect to z, and of it times xhat. `dy` is the gradient
// with respect to the activation of z.
void gradient_sums_block(
  Activation a, const float *x, const float *dy, int64_t rows, const Channels &p, float *sum,
  float *product);

// The gradient with respect to x, given the means of what `gradient_sums_block` sums.
void gradient_block(
  Activation a, const float *x, const float *dy, int64_t rows, const Channels &p,
  const float *mean, const float *product, float *dx);

}  // namespace regnas
