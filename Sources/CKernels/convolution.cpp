// Convolution: depthwise by our own kernels where they fit, everything else libtorch's.
#include "activations.hpp"
#include "depthwise.hpp"

#include <torch/csrc/autograd/custom_function.h>

namespace regnas {
namespace {

// Products of float32 maps and weights rounded to bfloat16; sums, and what comes out, are float32 but for
// a rounding of the result.
struct Rounded : torch::autograd::Function<Rounded> {
  using Context = torch::autograd::AutogradContext;

  static at::Tensor forward(
    Context *context, const at::Tensor &input, const at::Tensor &weight, int64_t stride,
    int64_t padding) {
    const auto x = input.to(at::kBFloat16), w = weight.to(at::kBFloat16);
    context->save_for_backward({x, w});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["input"] = input.requires_grad();
    return at::conv2d(x, w, {}, stride, padding).to(at::kFloat);
  }

  static torch::autograd::variable_list backward(
    Context *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const int64_t stride = context->saved_data["stride"].toInt();
    const int64_t padding = context->saved_data["padding"].toInt();
    // Images want no gradient.
    const bool of_input = context->saved_data["input"].toBool();
    const auto both = at::convolution_backward(
      gradients[0].to(at::kBFloat16), saved[0], saved[1], c10::nullopt, {stride, stride},
      {padding, padding}, {1, 1}, /*transposed=*/false, {0, 0}, /*groups=*/1,
      {of_input, true, false});
    return {
      of_input ? std::get<0>(both).to(at::kFloat) : at::Tensor(),
      std::get<1>(both).to(at::kFloat), at::Tensor(), at::Tensor()};
  }
};

}  // namespace
}  // namespace regnas

using namespace regnas;

int rt_fast_conv2d(
  rt_tensor input, rt_tensor weight, rt_tensor bias, int64_t stride, int64_t padding,
  int64_t groups, bool rounded, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&]() -> at::Tensor {
    const at::Tensor &x = input->value, &w = weight->value;
    const at::Tensor b = optional(bias);
    if (!autocasts_on_cpu() && depthwise_fits(x, w, stride, padding, groups))
      return depthwise(x, w, b, stride);
    if (rounded && groups == 1 && x.scalar_type() == at::kFloat) {
      const auto y = Rounded::apply(x, w, stride, padding);
      return b.defined() ? y + b.reshape({1, -1, 1, 1}) : y;
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
    activate_in_place(y, activation);
    return y;
  });
}
