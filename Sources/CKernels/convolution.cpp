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

// Whether a depthwise convolution on a GPU goes to libtorch's own kernels, which want channels first, instead
// of cuDNN's.
bool is_for_libtorchs_depthwise(const at::Tensor &x, const at::Tensor &w) {
  const bool is_recorded = at::GradMode::is_enabled() && (x.requires_grad() || w.requires_grad());
  // cuDNN's gradients of large float32 filters take ten times as long.
  if (is_recorded) return w.size(2) > 5 && x.scalar_type() == at::kFloat;
  // In evaluation, few maps run before others of another shape come.
  constexpr int64_t kSmall = 1 << 24;
  return x.numel() < kSmall;
}

}  // namespace

at::Tensor convolution_on_gpu(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, Stencil stencil) {
  const auto [stride, padding, groups] = stencil;
  const at::Tensor &x = input, &w = weight;
  const int64_t side = w.size(2);
  // cuDNN takes milliseconds to prepare for a shape that it has not seen, and the networks of a supernet
  // have hundreds of them. A product of matrices needs no preparation.
  if (
    side == 1 && w.size(3) == 1 && stride == 1 && padding == 0 && groups == 1 &&
    x.is_contiguous(at::MemoryFormat::ChannelsLast))
    return at::linear(x.permute({0, 2, 3, 1}), w.flatten(1), bias).permute({0, 3, 1, 2});
  if (groups > 1 && groups == x.size(1) && is_for_libtorchs_depthwise(x, w)) {
    // A filter of one channel has either order; its strides have to say which.
    const auto filter = w.flatten().view(w.sizes());
    return at::conv2d(x.contiguous(), filter, bias, stride, padding, /*dilation=*/1, groups)
      .contiguous(at::MemoryFormat::ChannelsLast);
  }
  return at::conv2d(x, w, bias, stride, padding, /*dilation=*/1, groups);
}

at::Tensor convolution(
  const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, Stencil stencil,
  bool rounded) {
  const auto [stride, padding, groups] = stencil;
  if (depthwise_fits(input, weight, stride, padding, groups))
    return depthwise(input, weight, bias, stride);
  // A GPU has fast kernels for maps in bfloat16, which it keeps so.
  if (input.is_cuda() && rounded)
    return convolution_on_gpu(
      input.to(at::kBFloat16), weight.to(at::kBFloat16),
      bias.defined() ? bias.to(at::kBFloat16) : bias, stencil);
  if (input.is_cuda()) return convolution_on_gpu(input, weight, bias, stencil);
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
  auto output =
    input.is_cuda()
      ? convolution_on_gpu(input, weight, bias, stencil)
      : at::conv2d(input, weight, bias, stride, padding, /*dilation=*/1, groups);
  activate_in_place(output, activation);
  return output;
}

}  // namespace regnas
