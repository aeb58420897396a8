// Convolution: depthwise by our own kernels where they fit, everything else libtorch's.
#include <CKernels/convolution.hpp>

#include "depthwise.hpp"

#include <torch/csrc/autograd/custom_function.h>

namespace regnas {
namespace {

// Products of float32 maps and weights that are rounded to bfloat16. They are added in float32; the result
// is rounded once more and comes out as float32.
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
    // The images need no gradient.
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
at::Tensor convolution(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, Stencil stencil,
  bool rounded) {
  const auto [stride, padding, groups] = stencil;
  if (depthwise_fits(input, weight, stride, padding, groups))
    return depthwise(input, weight, bias, stride);
  if (rounded && groups == 1 && input.scalar_type() == at::kFloat) {
    const auto output = Rounded::apply(input, weight, stride, padding);
    return bias.defined() ? output + bias.reshape({1, -1, 1, 1}) : output;
  }
  return at::conv2d(input, weight, bias, stride, padding, /*dilation=*/1, groups);
}

at::Tensor convolution_activation(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, Stencil stencil,
  Activation activation) {
  at::NoGradGuard none;
  const auto [stride, padding, groups] = stencil;
  if (depthwise_fits(input, weight, stride, padding, groups))
    return depthwise(input, weight, bias, stride, activation);
  auto output = at::conv2d(input, weight, bias, stride, padding, /*dilation=*/1, groups);
  activate_in_place(output, activation);
  return output;
}

}  // namespace regnas
