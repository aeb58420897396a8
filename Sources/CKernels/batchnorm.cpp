// Batch norm by the statistics of the batch and the activation after it, as one operation.
//
// Apart, the two write the map twice forward and read it seven times in all; together they read it
// five times and write it twice, and nothing but the convolution's output is kept for the backward
// pass. Sums are taken in fixed blocks of rows and added in order: results do not depend on the
// number of threads.
#include "activations.hpp"
#include "internal.hpp"
#include "leading.hpp"
#include "moments.hpp"
#include "team.hpp"
#include "threads.hpp"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace regnas {
namespace {

constexpr int64_t kRowsPerBlock = 256;

// z = x * scale + shift, and xhat = x * spread + centre.
struct Channels {
  int64_t count;
  std::vector<float> scale, shift, spread, centre;
  explicit Channels(int64_t count)
    : count(count), scale(count), shift(count), spread(count), centre(count) {}
};

template <rt_activation A>
REGNAS_INLINE void normalize_rows(const float *x, int64_t rows, const Channels &p, float *y) {
  for_all_columns(p.count, REGNAS_KERNEL {
    Lanes scale[columns], shift[columns];
    for (int v = 0; v < columns; v++) {
      load(scale[v], p.scale.data() + first + v * kLanes, lanes);
      load(shift[v], p.shift.data() + first + v * kLanes, lanes);
    }
    for (int64_t at = first; at < rows * p.count; at += p.count)
      for (int v = 0; v < columns; v++) {
        Lanes z;
        load(z, x + at + v * kLanes, lanes);
        z = z * scale[v] + shift[v];
        activate<A>(z);
        store(y + at + v * kLanes, z, lanes);
      }
  });
}

// Sums over rows of the gradient of z, and of it times xhat.
template <rt_activation A>
REGNAS_INLINE void gradient_sums(
  const float *x, const float *dy, int64_t rows, const Channels &p, float *sum, float *product) {
  for_all_columns(p.count, REGNAS_KERNEL {
    Lanes scale[columns], shift[columns], spread[columns], centre[columns];
    Lanes s[columns]{}, q[columns]{};
    for (int v = 0; v < columns; v++) {
      const int64_t c = first + v * kLanes;
      load(scale[v], p.scale.data() + c, lanes);
      load(shift[v], p.shift.data() + c, lanes);
      load(spread[v], p.spread.data() + c, lanes);
      load(centre[v], p.centre.data() + c, lanes);
    }
    for (int64_t at = first; at < rows * p.count; at += p.count)
      for (int v = 0; v < columns; v++) {
        Lanes z, g;
        load(z, x + at + v * kLanes, lanes);
        load(g, dy + at + v * kLanes, lanes);
        pull_back<A>(g, z * scale[v] + shift[v]);
        s[v] += g;
        q[v] += g * (z * spread[v] + centre[v]);
      }
    for (int v = 0; v < columns; v++) {
      store(sum + first + v * kLanes, s[v], lanes);
      store(product + first + v * kLanes, q[v], lanes);
    }
  });
}

// dx = scale * (dz - mean(dz) - xhat * mean(dz xhat)), with the means given per channel.
template <rt_activation A>
REGNAS_INLINE void gradient_rows(
  const float *x, const float *dy, int64_t rows, const Channels &p, const float *mean,
  const float *product, float *dx) {
  for_all_columns(p.count, REGNAS_KERNEL {
    for (int64_t at = first; at < rows * p.count; at += p.count)
      for (int v = 0; v < columns; v++) {
        const int64_t c = first + v * kLanes;
        Lanes scale, shift, spread, centre, m, k, z, g;
        load(scale, p.scale.data() + c, lanes);
        load(shift, p.shift.data() + c, lanes);
        load(spread, p.spread.data() + c, lanes);
        load(centre, p.centre.data() + c, lanes);
        load(m, mean + c, lanes);
        load(k, product + c, lanes);
        load(z, x + at + v * kLanes, lanes);
        load(g, dy + at + v * kLanes, lanes);
        pull_back<A>(g, z * scale + shift);
        store(dx + at + v * kLanes, scale * (g - m - (z * spread + centre) * k), lanes);
      }
  });
}

REGNAS_CLONES void normalize_block(
  rt_activation a, const float *x, int64_t rows, const Channels &p, float *y) {
  REGNAS_FOR_ACTIVATION(a, normalize_rows, x, rows, p, y)
}

REGNAS_CLONES void gradient_sums_block(
  rt_activation a, const float *x, const float *dy, int64_t rows, const Channels &p, float *sum,
  float *product) {
  REGNAS_FOR_ACTIVATION(a, gradient_sums, x, dy, rows, p, sum, product)
}

REGNAS_CLONES void gradient_block(
  rt_activation a, const float *x, const float *dy, int64_t rows, const Channels &p,
  const float *mean, const float *product, float *dx) {
  REGNAS_FOR_ACTIVATION(a, gradient_rows, x, dy, rows, p, mean, product, dx)
}

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

// Where the rows are a share of a batch, makes its moments those of the batch. Returns the rows of that.
double of_whole_batch(Moments &moments, int64_t rows) {
  const double n = static_cast<double>(rows);
  Team *const team = Team::current();
  if (!team) return n;
  // Sums of values and of squares are exact enough in float64.
  const size_t channels = moments.mean.size();
  std::vector<double> sums(2 * channels + 1);
  for (size_t c = 0; c < channels; c++) {
    const double mean = moments.mean[c];
    sums[c] = n * mean;
    sums[channels + c] = n * (moments.variance[c] + mean * mean);
  }
  sums.back() = n;
  team->add_up(sums);
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
    int64_t activation) {
    const int64_t channels = input.size(1), rows = input.numel() / channels;
    const float *x = input.data_ptr<float>();
    auto moments = moments_of_rows(x, rows, channels);
    const double all_rows = of_whole_batch(moments, rows);
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
    const auto a = static_cast<rt_activation>(activation);
    const auto p = channels_of(channels, weight, bias, mean, inverse);
    for_all_blocks(rows, [&](int64_t, int64_t start, int64_t count) {
      normalize_block(a, x + start * channels, count, p, y + start * channels);
    });
    context->save_for_backward({input, statistics});
    context->saved_data["weight"] = weight;
    context->saved_data["bias"] = bias;
    context->saved_data["activation"] = activation;
    context->saved_data["rows"] = all_rows;
    return output;
  }

  static torch::autograd::variable_list backward(
    Context *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &statistics = saved[1];
    const auto weight = context->saved_data["weight"].toTensor();
    const auto bias = context->saved_data["bias"].toTensor();
    const auto gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const auto a = static_cast<rt_activation>(context->saved_data["activation"].toInt());
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
    if (auto team = Team::current()) team->add_up(total);
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
      none, none, none, none, none};
  }
};

bool has_channels(const at::Tensor &a, int64_t count) {
  return a.dim() == 1 && a.numel() >= count && a.is_contiguous() && a.device().is_cpu() &&
         a.scalar_type() == at::kFloat;
}

at::Tensor leading(const at::Tensor &a, int64_t count) {
  return a.defined() && a.numel() > count ? a.narrow(0, 0, count) : a;
}

at::Tensor activation_of(const at::Tensor &a, rt_activation activation) {
  switch (activation) {
    case RT_IDENTITY_ACTIVATION: return a;
    case RT_RELU_ACTIVATION: return at::relu(a);
    case RT_RELU6_ACTIVATION: return at::hardtanh(a, 0, 6);
    case RT_HARDSWISH_ACTIVATION: return at::hardswish(a);
  }
  TORCH_CHECK(false, "no such activation");
}

}  // namespace
}  // namespace regnas

using namespace regnas;

int rt_batch_norm_activation(
  rt_tensor input, rt_tensor weight, rt_tensor bias, rt_tensor running_mean,
  rt_tensor running_var, rt_tensor batches, double momentum, double epsilon,
  rt_activation activation, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&]() -> at::Tensor {
    const at::Tensor &x = input->value, &w = weight->value, &b = bias->value;
    const at::Tensor m = optional(running_mean), v = optional(running_var);
    if (batches && batches->value.device().is_cpu()) {
      ++*batches->value.data_ptr<int64_t>();
    } else if (batches) {
      at::NoGradGuard none;
      batches->value.add_(1);
    }
    const bool fits =
      is_float_channels_last(x) && has_channels(w, x.size(1)) &&
      has_channels(b, x.size(1)) && m.defined() == v.defined() &&
      (!m.defined() || (has_channels(m, x.size(1)) && has_channels(v, x.size(1))));
    if (fits) {
      using Maybe = c10::optional<at::Tensor>;
      return NormActivation::apply(
        x, w, b, m.defined() ? Maybe(m) : Maybe(), v.defined() ? Maybe(v) : Maybe(), momentum,
        epsilon, static_cast<int64_t>(activation));
    }
    TORCH_CHECK(!Team::current(), "batch norm of a share takes float32, channels last");
    const int64_t count = x.size(1);
    const auto y = at::batch_norm(
      x, leading(w, count), leading(b, count), leading(m, count), leading(v, count),
      /*training=*/true, momentum, epsilon, /*cudnn_enabled=*/true);
    return activation_of(y, activation);
  });
}

int rt_batch_norm_in(
  rt_tensor input, rt_tensor weight, rt_tensor bias, double epsilon, rt_activation activation,
  rt_tensor *mean, rt_tensor *variance, rt_message *error) {
  return guarded(error, [&] {
    TORCH_CHECK(!Team::current(), "this batch norm is of whole batches");
    at::NoGradGuard none;
    at::Tensor &x = input->value;
    const at::Tensor &w = weight->value, &b = bias->value;
    std::pair<at::Tensor, at::Tensor> statistics;
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
      statistics = {float_vector(moments.mean), float_vector(moments.variance)};
    } else {
      statistics = channel_moments(x);
      const auto y = at::batch_norm(
        x, w, b, statistics.first, statistics.second, /*training=*/false, 0, epsilon, true);
      x.copy_(activation_of(y, activation));
    }
    auto mean_handle = new rt_tensor_s{statistics.first};
    *variance = new rt_tensor_s{statistics.second};
    *mean = mean_handle;
  });
}
