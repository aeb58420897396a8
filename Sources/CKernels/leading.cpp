// The leading slice of a parameter as one operation. libtorch needs one for each dimension and one
// for the order in memory, and each of them makes a gradient of its input's full size.
#include <CKernels/leading.hpp>

#include <torch/csrc/autograd/custom_function.h>

namespace regnas {
namespace {

at::Tensor view_of_leading(const at::Tensor &a, at::IntArrayRef sizes) {
  return a.as_strided(sizes, a.strides());
}

struct Leading : torch::autograd::Function<Leading> {
  using Context = torch::autograd::AutogradContext;

  static at::Tensor forward(
    Context *context, const at::Tensor &parameter, at::IntArrayRef sizes,
    bool in_channels_last) {
    context->saved_data["parameter"] = parameter;
    return view_of_leading(parameter, sizes)
      .clone(in_channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
  }

  static torch::autograd::variable_list backward(
    Context *context, torch::autograd::variable_list gradients) {
    const auto parameter = context->saved_data["parameter"].toTensor();
    return {gradient_of_leading(parameter, gradients[0]), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor gradient_of_leading(const at::Tensor &parameter, const at::Tensor &gradient) {
  at::NoGradGuard none;
  if (!parameter.requires_grad()) return {};
  if (!parameter.is_leaf()) {
    if (parameter.sizes() == gradient.sizes()) return gradient;
    auto full = at::zeros_like(parameter);
    view_of_leading(full, gradient.sizes()).copy_(gradient);
    return full;
  }
  auto &sum = parameter.mutable_grad();
  if (sum.defined()) {
    view_of_leading(sum, gradient.sizes()).add_(gradient);
  } else {
    const bool whole = parameter.sizes() == gradient.sizes();
    sum = whole ? at::empty_like(parameter) : at::zeros_like(parameter);
    view_of_leading(sum, gradient.sizes()).copy_(gradient);
  }
  return {};
}

at::Tensor leading_slice(
  const at::Tensor &parameter, at::IntArrayRef sizes, bool in_channels_last) {
  const at::Tensor &a = parameter;
  bool fits = static_cast<int64_t>(sizes.size()) == a.dim();
  for (size_t i = 0; fits && i < sizes.size(); i++)
    fits = 0 <= sizes[i] && sizes[i] <= a.size(static_cast<int64_t>(i));
  TORCH_CHECK(fits, "no such leading slice");
  if (at::GradMode::is_enabled() && a.requires_grad() && a.is_leaf()) {
    const bool is_whole =
      a.sizes() == sizes && (!in_channels_last || a.is_contiguous(at::MemoryFormat::ChannelsLast));
    return is_whole ? a : Leading::apply(a, sizes, in_channels_last);
  }
  const auto view = view_of_leading(a, sizes);
  return in_channels_last ? channels_last(view) : view;
}

}  // namespace regnas
