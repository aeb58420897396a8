// The forward pass of depthwise convolution, and what its gradients share with it.
#pragma once

#include "vectors.hpp"

#include <CKernels/activation.hpp>

#include <algorithm>
#include <vector>

namespace regnas {

// Images of a part of the work.
constexpr int64_t kImagesPerPart = 4;

struct Shape {
  int64_t batch, channels, height, width, out_height, out_width, kernel, stride, pad;
  int64_t padded_width() const { return width + 2 * pad; }
  int64_t padded_size() const { return (height + 2 * pad) * padded_width() * kLanes; }
  int64_t blocks() const { return (channels + kLanes - 1) / kLanes; }
  int64_t chunks() const { return (batch + kImagesPerPart - 1) / kImagesPerPart; }
  int64_t lanes(int64_t block) const { return std::min(kLanes, channels - block * kLanes); }
};

inline Shape shape_of(const at::Tensor &input, int64_t kernel, int64_t stride) {
  Shape s;
  s.batch = input.size(0), s.channels = input.size(1);
  s.height = input.size(2), s.width = input.size(3);
  s.kernel = kernel, s.stride = stride, s.pad = kernel / 2;
  s.out_height = (s.height - 1) / stride + 1, s.out_width = (s.width - 1) / stride + 1;
  return s;
}

// Values for sixteen channels: taps, tap by tap, and then biases.
inline int64_t taps_size(const Shape &s) { return (s.kernel * s.kernel + 1) * kLanes; }

// Taps by blocks of channels; `flipped` turns the kernel by half a turn.
std::vector<float> arrange_all(
  const at::Tensor &weight, const at::Tensor &bias, const Shape &s, bool flipped);

// output = activation(bias + filtered input), channels last.
void filter_all(
  const Shape &s, Activation activation, const float *input, const std::vector<float> &taps,
  float *output);

}  // namespace regnas
