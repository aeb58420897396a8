// Dense convolution.
//
// The forward pass and the input gradient are oneDNN's. So is the weight gradient, but on one thread
// for each fixed chunk of images: with several, oneDNN lets them meet at a barrier that spins, and
// when one of them has no core at that moment the others burn what is left of a tick of the scheduler
// (4 ms, for 0.2 ms of work). On a busy machine that was four fifths of a training step.
#include "convolution.hpp"

#include "depthwise.hpp"
#include "threads.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

namespace regnas {
namespace {

constexpr int64_t kImagesPerPart = 32;

at::Tensor gradient_of(
  const at::Tensor &gradient, const at::Tensor &input, const at::Tensor &weight, int64_t stride,
  int64_t padding, bool of_input) {
  const auto both = at::convolution_backward(
    gradient, input, weight, c10::nullopt, {stride, stride}, {padding, padding}, {1, 1},
    /*transposed=*/false, {0, 0}, /*groups=*/1, {of_input, !of_input, false});
  return of_input ? std::get<0>(both) : std::get<1>(both);
}

at::Tensor weight_gradient(
  const at::Tensor &gradient, const at::Tensor &input, const at::Tensor &weight, int64_t stride,
  int64_t padding) {
  const int64_t images = input.size(0);
  const int64_t parts = (images + kImagesPerPart - 1) / kImagesPerPart;
  std::vector<at::Tensor> sums(static_cast<size_t>(parts));
  std::vector<std::exception_ptr> failures(static_cast<size_t>(parts));
  parallel_parts(parts, [&](int64_t part) {
    try {
      at::NoGradGuard none;
      OneThread one;
      const int64_t start = part * kImagesPerPart;
      const int64_t count = std::min(kImagesPerPart, images - start);
      sums[part] = gradient_of(
        gradient.narrow(0, start, count), input.narrow(0, start, count), weight, stride, padding,
        /*of_input=*/false);
    } catch (...) {
      failures[part] = std::current_exception();
    }
  });
  for (const auto &failure : failures)
    if (failure) std::rethrow_exception(failure);
  for (int64_t part = 1; part < parts; part++) sums[0].add_(sums[part]);
  return sums[0];
}

struct Dense : torch::autograd::Function<Dense> {
  using Context = torch::autograd::AutogradContext;

  static at::Tensor forward(
    Context *context, const at::Tensor &input, const at::Tensor &weight, int64_t stride,
    int64_t padding) {
    context->save_for_backward({input, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["input"] = input.requires_grad();
    return at::conv2d(input, weight, {}, stride, padding);
  }

  static torch::autograd::variable_list backward(
    Context *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const int64_t stride = context->saved_data["stride"].toInt();
    const int64_t padding = context->saved_data["padding"].toInt();
    const auto gradient = gradients[0].contiguous(saved[0].suggest_memory_format());
    const auto of_weight = weight_gradient(gradient, saved[0], saved[1], stride, padding);
    // Images want no gradient.
    const at::Tensor of_input =
      context->saved_data["input"].toBool()
        ? gradient_of(gradient, saved[0], saved[1], stride, padding, /*of_input=*/true)
        : at::Tensor();
    return {of_input, of_weight, at::Tensor(), at::Tensor()};
  }
};

bool is_float_map(const at::Tensor &a) {
  return a.dim() == 4 && a.numel() > 0 && a.device().is_cpu() && a.scalar_type() == at::kFloat;
}

}  // namespace

at::Tensor dense_convolution(
  const at::Tensor &input, const at::Tensor &weight, int64_t stride, int64_t padding) {
  return Dense::apply(input, weight, stride, padding);
}

}  // namespace regnas

using namespace regnas;

int rt_fast_conv2d(
  rt_tensor input, rt_tensor weight, rt_tensor bias, int64_t stride, int64_t padding,
  int64_t groups, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&]() -> at::Tensor {
    const at::Tensor &x = input->value, &w = weight->value;
    const at::Tensor b = optional(bias);
    const bool recorded = at::GradMode::is_enabled() &&
                          (x.requires_grad() || w.requires_grad() ||
                           (b.defined() && b.requires_grad()));
    if (!autocasts_on_cpu() && is_float_map(x) && is_float_map(w)) {
      if (depthwise_fits(x, w, stride, padding, groups)) return depthwise(x, w, b, stride);
      if (recorded && groups == 1) {
        auto y = dense_convolution(x, w, stride, padding);
        return b.defined() ? y + b.reshape({1, -1, 1, 1}) : y;
      }
    }
    return at::conv2d(x, w, b, stride, padding, /*dilation=*/1, groups);
  });
}

int rt_conv2d_activation(
  rt_tensor input, rt_tensor weight, rt_tensor bias, int64_t stride, int64_t padding,
  int64_t groups, rt_activation activation, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&]() -> at::Tensor {
    at::NoGradGuard none;
    const at::Tensor &x = input->value, &w = weight->value;
    const at::Tensor b = optional(bias);
    if (depthwise_fits(x, w, stride, padding, groups)) return depthwise(x, w, b, stride, activation);
    auto y = at::conv2d(x, w, b, stride, padding, /*dilation=*/1, groups);
    switch (activation) {
      case RT_IDENTITY_ACTIVATION: break;
      case RT_RELU_ACTIVATION: at::relu_(y); break;
      case RT_RELU6_ACTIVATION: at::hardtanh_(y, 0, 6); break;
      case RT_HARDSWISH_ACTIVATION: at::hardswish_(y); break;
    }
    return y;
  });
}
