// Squeeze and excitation (Hu, Shen and Sun, CVPR 2018): channels scaled by gates that depend on the mean
// of each, as one operation.
//
// With libtorch's operations the gradient of the mean is written out for every pixel and then added to
// that of the product; here the two are one pass. Each image is summed by itself, so results do not
// depend on the number of threads.
#include <CKernels/squeeze.hpp>

#include "vectors.hpp"

#include <CKernels/threads.hpp>

#include <torch/csrc/autograd/custom_function.h>

namespace regnas {
namespace {

// Sums over the pixels of one image of `pixels * channels` values.
template <class Element>
REGNAS_INLINE void sum_all_pixels(
  const Element *x, int64_t pixels, int64_t channels, float *sum) {
  for_all_columns(channels, REGNAS_KERNEL {
    Lanes s[columns]{}, v;
    for (int64_t at = first; at < pixels * channels; at += channels)
      for (int k = 0; k < columns; k++) {
        load(v, x + at + k * kLanes, lanes);
        s[k] += v;
      }
    for (int k = 0; k < columns; k++) store(sum + first + k * kLanes, s[k], lanes);
  });
}

REGNAS_CLONES void sum_pixels(const float *x, int64_t pixels, int64_t channels, float *sum) {
  sum_all_pixels(x, pixels, channels, sum);
}

REGNAS_CLONES void sum_pixels(const BFloat *x, int64_t pixels, int64_t channels, float *sum) {
  sum_all_pixels(x, pixels, channels, sum);
}

// Sums over pixels of products.
REGNAS_CLONES void sum_products(
  const float *x, const float *dy, int64_t pixels, int64_t channels, float *sum) {
  for_all_columns(channels, REGNAS_KERNEL {
    Lanes s[columns]{}, v, g;
    for (int64_t at = first; at < pixels * channels; at += channels)
      for (int k = 0; k < columns; k++) {
        load(v, x + at + k * kLanes, lanes);
        load(g, dy + at + k * kLanes, lanes);
        s[k] += v * g;
      }
    for (int k = 0; k < columns; k++) store(sum + first + k * kLanes, s[k], lanes);
  });
}

// y = x * scale + shift, by channel.
template <class Element>
REGNAS_INLINE void scale_all_pixels(
  const Element *x, int64_t pixels, int64_t channels, const float *scale, const float *shift,
  Element *y) {
  for_all_columns(channels, REGNAS_KERNEL {
    Lanes a[columns], b[columns], v;
    for (int k = 0; k < columns; k++) {
      load(a[k], scale + first + k * kLanes, lanes);
      load(b[k], shift + first + k * kLanes, lanes);
    }
    for (int64_t at = first; at < pixels * channels; at += channels)
      for (int k = 0; k < columns; k++) {
        load(v, x + at + k * kLanes, lanes);
        store(y + at + k * kLanes, v * a[k] + b[k], lanes);
      }
  });
}

REGNAS_CLONES void scale_pixels(
  const float *x, int64_t pixels, int64_t channels, const float *scale, const float *shift,
  float *y) {
  scale_all_pixels(x, pixels, channels, scale, shift, y);
}

REGNAS_CLONES void scale_pixels(
  const BFloat *x, int64_t pixels, int64_t channels, const float *scale, const float *shift,
  BFloat *y) {
  scale_all_pixels(x, pixels, channels, scale, shift, y);
}

// A channels-last map, image by image.
struct Map {
  int64_t images, channels, pixels;
  explicit Map(const at::Tensor &x)
    : images(x.size(0)), channels(x.size(1)), pixels(x.size(2) * x.size(3)) {}

  template <class Body>
  void for_all_images(Body body) const {
    parallel_parts(images, [&](int64_t n) { body(n * channels, n * channels * pixels); });
  }
};

at::Tensor matrix(const at::Tensor &weight) { return weight.reshape({weight.size(0), weight.size(1)}); }

// Means over pixels, what they are reduced to, and that expanded again: [images, ...] each.
struct Squeezed {
  at::Tensor means, reduced, expanded;
};

template <class Element>
Squeezed squeeze(
  const Map &map, const Element *x, const at::Tensor &reduce_weight, const at::Tensor &reduce_bias,
  const at::Tensor &expand_weight, const at::Tensor &expand_bias) {
  auto means = at::empty({map.images, map.channels}, at::kFloat);
  float *m = means.data_ptr<float>();
  map.for_all_images([&](int64_t row, int64_t pixel) {
    sum_pixels(x + pixel, map.pixels, map.channels, m + row);
  });
  means.mul_(1.0 / static_cast<double>(map.pixels));
  const auto reduced = at::relu(at::linear(means, matrix(reduce_weight), reduce_bias));
  return {means, reduced, at::linear(reduced, matrix(expand_weight), expand_bias)};
}

// The map with each image's channels times their gates, plus their shifts.
template <class Element>
void excite(
  const Map &map, const Element *x, const at::Tensor &gates, const at::Tensor &shifts, Element *y) {
  const float *g = gates.data_ptr<float>(), *s = shifts.data_ptr<float>();
  map.for_all_images([&](int64_t row, int64_t pixel) {
    scale_pixels(x + pixel, map.pixels, map.channels, g + row, s + row, y + pixel);
  });
}

struct SqueezeExcitation : torch::autograd::Function<SqueezeExcitation> {
  using Context = torch::autograd::AutogradContext;

  static at::Tensor forward(
    Context *context, const at::Tensor &input, const at::Tensor &reduce_weight,
    const at::Tensor &reduce_bias, const at::Tensor &expand_weight,
    const at::Tensor &expand_bias) {
    const Map map(input);
    const float *x = input.data_ptr<float>();
    const auto [means, reduced, expanded] =
      squeeze(map, x, reduce_weight, reduce_bias, expand_weight, expand_bias);
    const auto gates = at::hardsigmoid(expanded);
    auto output = at::empty_like(input);
    excite(map, x, gates, at::zeros_like(gates), output.data_ptr<float>());
    context->save_for_backward(
      {input, reduce_weight, expand_weight, means, reduced, expanded, gates});
    return output;
  }

  static torch::autograd::variable_list backward(
    Context *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &reduce_weight = saved[1], &expand_weight = saved[2],
               &means = saved[3], &reduced = saved[4], &expanded = saved[5], &gates = saved[6];
    const auto gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const Map map(input);
    const float *x = input.data_ptr<float>(), *dy = gradient.data_ptr<float>();
    auto gate_gradient = at::empty_like(gates);
    float *dg = gate_gradient.data_ptr<float>();
    map.for_all_images([&](int64_t row, int64_t pixel) {
      sum_products(x + pixel, dy + pixel, map.pixels, map.channels, dg + row);
    });
    const auto expanded_gradient = at::hardsigmoid_backward(gate_gradient, expanded);
    const auto reduced_gradient =
      at::threshold_backward(at::mm(expanded_gradient, matrix(expand_weight)), reduced, 0);
    const auto mean_gradient = at::mm(reduced_gradient, matrix(reduce_weight))
                            .mul_(1.0 / static_cast<double>(map.pixels));
    auto input_gradient = at::empty_like(input);
    excite(map, dy, gates, mean_gradient, input_gradient.data_ptr<float>());
    return {
      input_gradient,
      at::mm(reduced_gradient.t(), means).reshape(reduce_weight.sizes()),
      reduced_gradient.sum(0),
      at::mm(expanded_gradient.t(), reduced).reshape(expand_weight.sizes()),
      expanded_gradient.sum(0),
    };
  }
};

// Without autograd, of a map in bfloat16: the gates are computed in float32.
at::Tensor squeeze_excitation_of_bfloats(
  const at::Tensor &input, const at::Tensor &reduce_weight, const at::Tensor &reduce_bias,
  const at::Tensor &expand_weight, const at::Tensor &expand_bias) {
  const Map map(input);
  const auto x = static_cast<const BFloat *>(input.data_ptr());
  const auto wide = [](const at::Tensor &a) { return a.to(at::kFloat); };
  const auto squeezed = squeeze(
    map, x, wide(reduce_weight), wide(reduce_bias), wide(expand_weight), wide(expand_bias));
  auto output = at::empty_like(input);
  const auto gates = at::hardsigmoid(squeezed.expanded);
  excite(map, x, gates, at::zeros_like(gates), static_cast<BFloat *>(output.data_ptr()));
  return output;
}

bool is_matrix(const at::Tensor &a, int64_t rows, int64_t columns) {
  return a.dim() == 4 && a.size(0) == rows && a.size(1) == columns && a.size(2) == 1 &&
         a.size(3) == 1 && a.device().is_cpu();
}

}  // namespace
at::Tensor squeeze_excitation(
  const at::Tensor &input, const at::Tensor &reduce_weight, const at::Tensor &reduce_bias,
  const at::Tensor &expand_weight, const at::Tensor &expand_bias) {
  const at::Tensor &x = input, &w1 = reduce_weight, &b1 = reduce_bias, &w2 = expand_weight,
                   &b2 = expand_bias;
  const bool fits = x.dim() == 4 && w1.scalar_type() == x.scalar_type() &&
                    is_matrix(w1, w1.size(0), x.size(1)) && is_matrix(w2, x.size(1), w1.size(0));
  if (fits && is_float_channels_last(x)) return SqueezeExcitation::apply(x, w1, b1, w2, b2);
  const bool bfloats = x.scalar_type() == at::kBFloat16 && !at::GradMode::is_enabled() &&
                       x.numel() > 0 && x.is_contiguous(at::MemoryFormat::ChannelsLast);
  if (fits && bfloats) return squeeze_excitation_of_bfloats(x, w1, b1, w2, b2);
  if (x.is_cuda()) {
    // Products of matrices: fewer and shorter kernels than convolutions of one pixel. In the precision of
    // the weights, whatever that of the maps.
    const auto pooled = x.mean({2, 3}).to(w1.scalar_type());
    const auto inner = at::relu(at::linear(pooled, w1.flatten(1), b1));
    const auto gate = at::hardsigmoid(at::linear(inner, w2.flatten(1), b2));
    return x * gate.to(x.scalar_type()).unsqueeze(-1).unsqueeze(-1);
  }
  const auto reduced = at::relu(at::conv2d(x.mean({2, 3}, true), w1, b1));
  return x * at::hardsigmoid(at::conv2d(reduced, w2, b2));
}

}  // namespace regnas
