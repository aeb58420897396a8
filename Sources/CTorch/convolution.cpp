// Convolution: depthwise by our own kernels where they fit, everything else libtorch's.
#include "depthwise.hpp"
#include "internal.hpp"

using namespace regnas;

int rt_fast_conv2d(
  rt_tensor input, rt_tensor weight, rt_tensor bias, int64_t stride, int64_t padding,
  int64_t groups, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&]() -> at::Tensor {
    const at::Tensor &x = input->value, &w = weight->value;
    const at::Tensor b = optional(bias);
    if (!autocasts_on_cpu() && depthwise_fits(x, w, stride, padding, groups))
      return depthwise(x, w, b, stride);
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
