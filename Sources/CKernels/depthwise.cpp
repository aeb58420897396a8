// Depthwise convolution, channels last: its gradients, and its use by autograd.
//
// For the weight gradient libtorch (oneDNN) takes six to nine times as long as for the forward pass.
// Here sixteen channels of one image are copied into a zero-padded map that stays in the cache; then
// every window is complete and the loops over it are straight lines. Sums over the batch are taken in
// fixed chunks of images and added in order, so that they do not depend on the number of threads.
#include "depthwise.hpp"

#include "depthwise_filter.hpp"

#include <CKernels/threads.hpp>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

namespace regnas {
namespace {

constexpr int64_t kLargestKernel = 7;

// Sixteen channels of one image of `rows` x `columns` into the middle of `padded`, whose border is 0
// already.
REGNAS_INLINE void pack(
  const float *image, int64_t channels, int64_t lanes, int64_t rows, int64_t columns, int64_t pad,
  float *padded) {
  const int64_t width = columns + 2 * pad;
  for (int64_t i = 0; i < rows; i++) {
    float *to = padded + ((i + pad) * width + pad) * kLanes;
    const float *from = image + i * columns * channels;
    for (int64_t j = 0; j < columns; j++, to += kLanes, from += channels) {
      Lanes x;
      load(x, from, lanes);
      store(to, x);
    }
  }
}

// padded[window of i, j] += w * g[i, j]: the input gradient where the stride is not 1.
template <int K>
REGNAS_INLINE void scatter(
  const float *gradient, const float *taps, int64_t width, int64_t rows, int64_t columns,
  int64_t stride, int64_t channels, int64_t lanes, float *padded) {
  Lanes w[K * K];
  for (int t = 0; t < K * K; t++) load(w[t], taps + t * kLanes);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < columns; j++) {
      Lanes g, x;
      load(g, gradient + (i * columns + j) * channels, lanes);
      float *p = padded + (i * stride * width + j * stride) * kLanes;
#pragma clang loop unroll(full)
      for (int a = 0; a < K; a++)
#pragma clang loop unroll(full)
        for (int b = 0; b < K; b++) {
          float *q = p + (a * width + b) * kLanes;
          load(x, q);
          x += g * w[a * K + b];
          store(q, x);
        }
    }
}

// sums[tap] += sum over i, j of g[i, j] * x[window]. `A` rows of the window at a time, so that the
// sums stay in registers.
template <int K, int A>
REGNAS_INLINE void correlate(
  const float *padded, const float *gradient, int64_t width, int64_t rows, int64_t columns,
  int64_t stride, int64_t channels, int64_t lanes, float *sums) {
  for (int first = 0; first < K; first += A) {
    Lanes total[A * K];
    for (int t = 0; t < A * K; t++)
      if (first * K + t < K * K) load(total[t], sums + (first * K + t) * kLanes);
    for (int64_t i = 0; i < rows; i++) {
      const float *row = padded + (i * stride + first) * width * kLanes;
      for (int64_t j = 0; j < columns; j++) {
        Lanes g, x;
        load(g, gradient + (i * columns + j) * channels, lanes);
#pragma clang loop unroll(full)
        for (int a = 0; a < A; a++)
#pragma clang loop unroll(full)
          for (int b = 0; b < K; b++) {
            load(x, row + (a * width + j * stride + b) * kLanes);
            total[a * K + b] += g * x;
          }
      }
    }
    for (int t = 0; t < A * K; t++)
      if (first * K + t < K * K) store(sums + (first * K + t) * kLanes, total[t]);
  }
}

// One instruction set each. A part is a chunk of images of a block of channels.
REGNAS_CLONES void input_gradient_part(
  const Shape &s, const float *gradient, const float *taps, int64_t block, int64_t chunk,
  float *map, float *output) {
  const int64_t lanes = s.lanes(block), c = s.channels, w = s.padded_width();
  const int64_t last = std::min(s.batch, (chunk + 1) * kImagesPerPart);
  for (int64_t n = chunk * kImagesPerPart; n < last; n++) {
    const float *g = gradient + n * s.out_height * s.out_width * c + block * kLanes;
    float *out = output + n * s.height * s.width * c + block * kLanes;
    std::memset(map, 0, static_cast<size_t>(s.padded_size()) * sizeof(float));
    switch (s.kernel) {
      case 1: scatter<1>(g, taps, w, s.out_height, s.out_width, s.stride, c, lanes, map); break;
      case 3: scatter<3>(g, taps, w, s.out_height, s.out_width, s.stride, c, lanes, map); break;
      case 5: scatter<5>(g, taps, w, s.out_height, s.out_width, s.stride, c, lanes, map); break;
      default: scatter<7>(g, taps, w, s.out_height, s.out_width, s.stride, c, lanes, map); break;
    }
    for (int64_t i = 0; i < s.height; i++)
      for (int64_t j = 0; j < s.width; j++) {
        Lanes x;
        load(x, map + ((i + s.pad) * w + j + s.pad) * kLanes);
        store(out + (i * s.width + j) * c, x, lanes);
      }
  }
}

REGNAS_CLONES void weight_gradient_part(
  const Shape &s, const float *input, const float *gradient, int64_t block, int64_t chunk,
  float *map, float *sums) {
  const int64_t lanes = s.lanes(block), c = s.channels, w = s.padded_width();
  const int64_t last = std::min(s.batch, (chunk + 1) * kImagesPerPart);
  for (int64_t n = chunk * kImagesPerPart; n < last; n++) {
    pack(
      input + n * s.height * s.width * c + block * kLanes, c, lanes, s.height, s.width, s.pad,
      map);
    const float *g = gradient + n * s.out_height * s.out_width * c + block * kLanes;
    const int64_t h = s.out_height;
    switch (s.kernel) {
      case 1: correlate<1, 1>(map, g, w, h, s.out_width, s.stride, c, lanes, sums); break;
      case 3: correlate<3, 3>(map, g, w, h, s.out_width, s.stride, c, lanes, sums); break;
      case 5: correlate<5, 5>(map, g, w, h, s.out_width, s.stride, c, lanes, sums); break;
      default: correlate<7, 1>(map, g, w, h, s.out_width, s.stride, c, lanes, sums); break;
    }
  }
}

// All blocks of channels and chunks of images, in parallel; each gets a zeroed map.
template <class Body>
void for_all_parts(const Shape &s, Body body) {
  parallel_parts(s.blocks() * s.chunks(), [&](int64_t part) {
    thread_local std::vector<float> map;
    map.assign(static_cast<size_t>(s.padded_size()), 0.f);
    body(part % s.blocks(), part / s.blocks(), map.data());
  });
}

at::Tensor channels_last_like(const Shape &s, const at::Tensor &like, int64_t h, int64_t w) {
  return at::empty(
    {s.batch, s.channels, h, w}, like.options().memory_format(at::MemoryFormat::ChannelsLast));
}

at::Tensor forward(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, int64_t stride,
  Activation activation) {
  const Shape s = shape_of(input, weight.size(2), stride);
  auto output = channels_last_like(s, input, s.out_height, s.out_width);
  const auto taps = arrange_all(weight.contiguous(), bias, s, false);
  filter_all(s, activation, input.data_ptr<float>(), taps, output.data_ptr<float>());
  return output;
}

at::Tensor input_gradient(
  const Shape &s, const at::Tensor &gradient, const at::Tensor &weight) {
  auto output = channels_last_like(s, gradient, s.height, s.width);
  const float *g = gradient.data_ptr<float>();
  float *out = output.data_ptr<float>();
  const bool dense = s.stride == 1;
  const auto taps = arrange_all(weight.contiguous(), {}, s, dense);
  if (dense) {
    // The gradient of a convolution of stride 1 is the convolution with the turned kernel.
    filter_all(s, Activation::identity, g, taps, out);
    return output;
  }
  const int64_t size = taps_size(s);
  for_all_parts(s, [&](int64_t block, int64_t chunk, float *map) {
    input_gradient_part(s, g, taps.data() + block * size, block, chunk, map, out);
  });
  return output;
}

at::Tensor weight_gradient(
  const Shape &s, const at::Tensor &input, const at::Tensor &gradient) {
  const int64_t taps = s.kernel * s.kernel, size = taps * kLanes;
  std::vector<float> sums(static_cast<size_t>(s.blocks() * s.chunks() * size), 0.f);
  const float *x = input.data_ptr<float>(), *g = gradient.data_ptr<float>();
  for_all_parts(s, [&](int64_t block, int64_t chunk, float *map) {
    float *part = sums.data() + (chunk * s.blocks() + block) * size;
    weight_gradient_part(s, x, g, block, chunk, map, part);
  });
  auto result = at::empty({s.channels, 1, s.kernel, s.kernel}, input.options());
  float *out = result.data_ptr<float>();
  for (int64_t c = 0; c < s.channels; c++)
    for (int64_t t = 0; t < taps; t++) {
      double total = 0;
      for (int64_t chunk = 0; chunk < s.chunks(); chunk++)
        total += sums[static_cast<size_t>(
          (chunk * s.blocks() + c / kLanes) * size + t * kLanes + c % kLanes)];
      out[c * taps + t] = static_cast<float>(total);
    }
  return result;
}

struct Depthwise : torch::autograd::Function<Depthwise> {
  static at::Tensor forward(
    torch::autograd::AutogradContext *context, const at::Tensor &input, const at::Tensor &weight,
    int64_t stride) {
    context->save_for_backward({input, weight});
    context->saved_data["stride"] = stride;
    return regnas::forward(input, weight, {}, stride, Activation::identity);
  }

  static torch::autograd::variable_list backward(
    torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &weight = saved[1];
    const Shape s = shape_of(input, weight.size(2), context->saved_data["stride"].toInt());
    const auto gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    return {
      input_gradient(s, gradient, weight), weight_gradient(s, input, gradient), at::Tensor()};
  }
};

}  // namespace

bool depthwise_fits(
  const at::Tensor &input, const at::Tensor &weight, int64_t stride, int64_t padding,
  int64_t groups) {
  if (input.dim() != 4 || weight.dim() != 4 || input.numel() == 0) return false;
  const int64_t kernel = weight.size(2);
  return is_float_channels_last(input) && weight.scalar_type() == at::kFloat && groups == input.size(1) &&
         weight.size(0) == groups && weight.size(1) == 1 && weight.size(3) == kernel &&
         kernel % 2 == 1 && kernel <= kLargestKernel && padding == kernel / 2 && (stride == 1 || stride == 2);
}

at::Tensor depthwise(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, int64_t stride) {
  const bool recorded =
    at::GradMode::is_enabled() && (input.requires_grad() || weight.requires_grad() ||
                                   (bias.defined() && bias.requires_grad()));
  if (!recorded) return depthwise(input, weight, bias, stride, Activation::identity);
  if (bias.defined()) return Depthwise::apply(input, weight, stride) + bias.reshape({1, -1, 1, 1});
  return Depthwise::apply(input, weight, stride);
}

at::Tensor depthwise(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, int64_t stride,
  Activation activation) {
  return forward(
    input, weight, bias.defined() ? bias.contiguous() : bias, stride, activation);
}

}  // namespace regnas
