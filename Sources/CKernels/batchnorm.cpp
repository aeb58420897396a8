// Batch norm by the statistics of the batch and the activation after it, as one operation.
//
// Apart, the two write the map twice forward and read it seven times in all; together they read it
// five times and write it twice, and nothing but the convolution's output is kept for the backward
// pass. Sums are taken in fixed blocks of rows and added in order: results do not depend on the
// number of threads.
#include <CKernels/batchnorm.hpp>

#include "batchnorm_rows.hpp"

#include <CKernels/leading.hpp>
#include <CKernels/moments.hpp>
#include <CKernels/threads.hpp>

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace regnas {
namespace {

constexpr int64_t kRowsPerBlock = 256;

template <class Body>
void for_all_blocks(int64_t rows, Body body) {
  parallel_parts((rows + kRowsPerBlock - 1) / kRowsPerBlock, [&](int64_t block) {
    const int64_t start = block * kRowsPerBlock;
    body(block, start, std::min(kRowsPerBlock, rows - start));
  });
}

// Means and inverse deviations in float32.
void standardize(const Moments &moments, double epsilon, float *mean, float *inverse) {
  for (size_t c = 0; c < moments.mean.size(); c++) {
    mean[c] = static_cast<float>(moments.mean[c]);
    inverse[c] = static_cast<float>(1 / std::sqrt(moments.variance[c] + epsilon));
  }
}

Channels channels_of(
  int64_t count, const at::Tensor &weight, const at::Tensor &bias, const float *mean,
  const float *inverse) {
  Channels p(count);
  const float *gamma = weight.data_ptr<float>(), *beta = bias.data_ptr<float>();
  for (int64_t c = 0; c < p.count; c++) {
    p.scale[c] = gamma[c] * inverse[c];
    p.shift[c] = beta[c] - mean[c] * p.scale[c];
    p.spread[c] = inverse[c];
    p.centre[c] = -mean[c] * inverse[c];
  }
  return p;
}

// Turns the moments of this rank's rows into those of all ranks' rows. Returns the number of rows.
double moments_over_ranks(Moments &moments, int64_t rows, Group *group) {
  const double n = static_cast<double>(rows);
  if (!group) return n;
  // Sums of values and of squares are exact enough in float64.
  const size_t channels = moments.mean.size();
  std::vector<double> sums(2 * channels + 1);
  for (size_t c = 0; c < channels; c++) {
    const double mean = moments.mean[c];
    sums[c] = n * mean;
    sums[channels + c] = n * (moments.variance[c] + mean * mean);
  }
  sums.back() = n;
  group->sum(sums);
  const double all = sums.back();
  for (size_t c = 0; c < channels; c++) {
    const double mean = sums[c] / all;
    moments.mean[c] = mean;
    moments.variance[c] = std::max(0.0, sums[channels + c] / all - mean * mean);
  }
  return all;
}

struct NormActivation : torch::autograd::Function<NormActivation> {
  using Context = torch::autograd::AutogradContext;

  static at::Tensor forward(
    Context *context, const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias,
    const c10::optional<at::Tensor> &running_mean,
    const c10::optional<at::Tensor> &running_variance, double momentum, double epsilon,
    Activation activation, const c10::intrusive_ptr<Group> &group) {
    const int64_t channels = input.size(1), rows = input.numel() / channels;
    const float *x = input.data_ptr<float>();
    auto moments = moments_of_rows(x, rows, channels);
    const double all_rows = moments_over_ranks(moments, rows, group.get());
    // Row 0 holds the means, row 1 the inverse deviations.
    auto statistics = at::empty({2, channels}, weight.options());
    float *mean = statistics.data_ptr<float>(), *inverse = mean + channels;
    const double unbiased = all_rows > 1 ? all_rows / (all_rows - 1) : 1;
    standardize(moments, epsilon, mean, inverse);
    if (running_mean && running_variance) {
      float *m = running_mean->data_ptr<float>(), *v = running_variance->data_ptr<float>();
      for (int64_t c = 0; c < channels; c++) {
        m[c] = static_cast<float>((1 - momentum) * m[c] + momentum * moments.mean[c]);
        v[c] = static_cast<float>(
          (1 - momentum) * v[c] + momentum * moments.variance[c] * unbiased);
      }
    }
    auto output = at::empty_like(input);
    float *y = output.data_ptr<float>();
    const auto p = channels_of(channels, weight, bias, mean, inverse);
    for_all_blocks(rows, [&](int64_t, int64_t start, int64_t count) {
      normalize_block(activation, x + start * channels, count, p, y + start * channels);
    });
    context->save_for_backward({input, statistics});
    context->saved_data["weight"] = weight;
    context->saved_data["bias"] = bias;
    context->saved_data["activation"] = static_cast<int64_t>(activation);
    context->saved_data["rows"] = all_rows;
    if (group) context->saved_data["group"] = at::IValue::make_capsule(group);
    return output;
  }

  static torch::autograd::variable_list backward(
    Context *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &statistics = saved[1];
    const auto weight = context->saved_data["weight"].toTensor();
    const auto bias = context->saved_data["bias"].toTensor();
    const auto gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const auto a = static_cast<Activation>(context->saved_data["activation"].toInt());
    const int64_t channels = input.size(1), rows = input.numel() / channels;
    const float *x = input.data_ptr<float>(), *dy = gradient.data_ptr<float>();
    const float *mean = statistics.data_ptr<float>();
    const auto p = channels_of(channels, weight, bias, mean, mean + channels);

    const int64_t blocks = (rows + kRowsPerBlock - 1) / kRowsPerBlock;
    std::vector<float> sums(static_cast<size_t>(2 * blocks * channels));
    for_all_blocks(rows, [&](int64_t block, int64_t start, int64_t count) {
      float *sum = sums.data() + 2 * block * channels;
      gradient_sums_block(
        a, x + start * channels, dy + start * channels, count, p, sum, sum + channels);
    });
    std::vector<double> total(static_cast<size_t>(2 * channels), 0);
    for (int64_t block = 0; block < blocks; block++)
      for (int64_t c = 0; c < 2 * channels; c++) total[c] += sums[2 * block * channels + c];

    auto weight_gradient = at::empty({channels}, weight.options());
    auto bias_gradient = at::empty({channels}, weight.options());
    std::vector<float> means(static_cast<size_t>(2 * channels));
    for (int64_t c = 0; c < channels; c++) {
      bias_gradient.data_ptr<float>()[c] = static_cast<float>(total[c]);
      weight_gradient.data_ptr<float>()[c] = static_cast<float>(total[channels + c]);
    }
    const auto group = context->saved_data.find("group");
    if (group != context->saved_data.end())
      static_cast<Group &>(*group->second.toCapsule()).sum(total);
    const double all_rows = context->saved_data["rows"].toDouble();
    for (int64_t c = 0; c < 2 * channels; c++) means[c] = static_cast<float>(total[c] / all_rows);
    auto input_gradient = at::empty_like(input);
    float *dx = input_gradient.data_ptr<float>();
    for_all_blocks(rows, [&](int64_t, int64_t start, int64_t count) {
      gradient_block(
        a, x + start * channels, dy + start * channels, count, p, means.data(),
        means.data() + channels, dx + start * channels);
    });
    const at::Tensor none;
    return {
      input_gradient,
      gradient_of_leading(weight, weight_gradient),
      gradient_of_leading(bias, bias_gradient),
      none, none, none, none, none, none};
  }
};

bool has_channels(const at::Tensor &a, int64_t count) {
  return a.dim() == 1 && a.numel() >= count && a.is_contiguous() && a.device().is_cpu() &&
         a.scalar_type() == at::kFloat;
}

at::Tensor leading(const at::Tensor &a, int64_t count) {
  return a.defined() && a.numel() > count ? leading_slice(a, {count}, false) : a;
}

}  // namespace

at::Tensor batch_norm_activation(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias,
  const RunningStatistics &statistics, double momentum, double epsilon, Activation activation,
  const c10::intrusive_ptr<Group> &group) {
  const at::Tensor &w = weight, &b = bias, &m = statistics.mean, &v = statistics.variance;
  // A map of one pixel, say, may come in another order.
  const at::Tensor x = group ? input.contiguous(at::MemoryFormat::ChannelsLast) : input;
  const int64_t count = x.size(1);
  const bool fits = is_float_channels_last(x) && has_channels(w, count) && has_channels(b, count) &&
                    m.defined() == v.defined() &&
                    (!m.defined() || (has_channels(m, count) && has_channels(v, count)));
  if (fits) {
    using Maybe = c10::optional<at::Tensor>;
    return NormActivation::apply(
      x, w, b, m.defined() ? Maybe(m) : Maybe(), v.defined() ? Maybe(v) : Maybe(), momentum,
      epsilon, activation, group);
  }
  TORCH_CHECK(!group, "batch norm over a group takes float32 images on the processor");
  const auto y = at::batch_norm(
    x, leading(w, count), leading(b, count), leading(m, count), leading(v, count),
    /*training=*/true, momentum, epsilon, /*cudnn_enabled=*/true);
  return activated(y, activation);
}

std::pair<at::Tensor, at::Tensor> batch_norm_in_place(
  at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, double epsilon,
  Activation activation) {
  at::NoGradGuard none;
  at::Tensor &x = input;
  const at::Tensor &w = weight, &b = bias;
  if (is_float_channels_last(x) && has_channels(w, x.size(1)) && has_channels(b, x.size(1))) {
    const int64_t channels = x.size(1), rows = x.numel() / channels;
    float *values = x.data_ptr<float>();
    const auto moments = moments_of_rows(values, rows, channels);
    std::vector<float> m(static_cast<size_t>(channels)), inverse(static_cast<size_t>(channels));
    standardize(moments, epsilon, m.data(), inverse.data());
    const auto p = channels_of(channels, w, b, m.data(), inverse.data());
    for_all_blocks(rows, [&](int64_t, int64_t start, int64_t count) {
      normalize_block(
        activation, values + start * channels, count, p, values + start * channels);
    });
    return {float_vector(moments.mean), float_vector(moments.variance)};
  }
  const auto statistics = channel_moments(x);
  const auto y = at::batch_norm(
    x, w, b, statistics.first, statistics.second, /*training=*/false, 0, epsilon, true);
  x.copy_(activated(y, activation));
  return statistics;
}

}  // namespace regnas
