// Layers: libtorch's, and ours of CKernels.
#include "internal.hpp"

#include <CKernels/batchnorm.hpp>
#include <CKernels/convolution.hpp>
#include <CKernels/moments.hpp>
#include <CKernels/squeeze.hpp>

#include <utility>

using namespace regnas;

namespace {

Activation activation_of(rt_activation code) {
  switch (code) {
    case RT_IDENTITY_ACTIVATION: return Activation::identity;
    case RT_RELU_ACTIVATION: return Activation::relu;
    case RT_RELU6_ACTIVATION: return Activation::relu6;
    case RT_HARDSWISH_ACTIVATION: return Activation::hard_swish;
  }
  TORCH_CHECK(false, "no such activation");
}

void hand_out(const std::pair<at::Tensor, at::Tensor> &both, rt_tensor *first, rt_tensor *second) {
  const auto handle = new rt_tensor_s{both.first};
  *second = new rt_tensor_s{both.second};
  *first = handle;
}

}  // namespace

int rt_conv2d(
  rt_tensor input, rt_tensor weight, rt_tensor bias, int64_t stride, int64_t padding,
  int64_t groups, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    return at::conv2d(
      input->value, weight->value, optional(bias), stride, padding, /*dilation=*/1, groups);
  });
}

int rt_linear(
  rt_tensor input, rt_tensor weight, rt_tensor bias, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    // After layers in bfloat16.
    return at::linear(input->value.to(weight->value.scalar_type()), weight->value, optional(bias));
  });
}

int rt_batch_norm(
  rt_tensor input, rt_tensor weight, rt_tensor bias, rt_tensor running_mean,
  rt_tensor running_var, bool training, double momentum, double epsilon, rt_tensor *out,
  rt_message *error) {
  return produce(out, error, [&] {
    return at::batch_norm(
      input->value, optional(weight), optional(bias), optional(running_mean),
      optional(running_var), training, momentum, epsilon, /*cudnn_enabled=*/true);
  });
}

int rt_max_pool2d(
  rt_tensor input, int64_t kernel, int64_t stride, int64_t padding, rt_tensor *out,
  rt_message *error) {
  return produce(
    out, error, [&] { return at::max_pool2d(input->value, kernel, stride, padding); });
}

int rt_avg_pool2d(
  rt_tensor input, int64_t kernel, int64_t stride, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    return at::avg_pool2d(
      input->value, kernel, stride, /*padding=*/0, /*ceil_mode=*/true,
      /*count_include_pad=*/false);
  });
}

int rt_resize(rt_tensor input, int64_t height, int64_t width, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    return at::_upsample_bilinear2d_aa(
      input->value, {height, width}, /*align_corners=*/false, c10::nullopt, c10::nullopt);
  });
}

int rt_fast_conv2d(
  rt_tensor input, rt_tensor weight, rt_tensor bias, int64_t stride, int64_t padding,
  int64_t groups, bool rounded, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    return convolution(
      input->value, weight->value, optional(bias), {stride, padding, groups}, rounded);
  });
}

int rt_gpu_conv2d(
  rt_tensor input, rt_tensor weight, rt_tensor bias, int64_t stride, int64_t padding,
  int64_t groups, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    return convolution_on_gpu(
      input->value, weight->value, optional(bias), {stride, padding, groups});
  });
}

int rt_conv2d_activation(
  rt_tensor input, rt_tensor weight, rt_tensor bias, int64_t stride, int64_t padding,
  int64_t groups, rt_activation activation, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    return convolution_activation(
      input->value, weight->value, optional(bias), {stride, padding, groups},
      activation_of(activation));
  });
}

int rt_squeeze_excitation(
  rt_tensor input, rt_tensor reduce_weight, rt_tensor reduce_bias, rt_tensor expand_weight,
  rt_tensor expand_bias, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    return squeeze_excitation(
      input->value, reduce_weight->value, reduce_bias->value, expand_weight->value,
      expand_bias->value);
  });
}

int rt_batch_norm_activation(
  rt_tensor input, rt_tensor weight, rt_tensor bias, rt_tensor running_mean,
  rt_tensor running_var, rt_tensor batches, double momentum, double epsilon,
  rt_activation activation, rt_group group, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    if (batches && batches->value.device().is_cpu()) {
      ++*batches->value.data_ptr<int64_t>();
    } else if (batches) {
      at::NoGradGuard none;
      batches->value.add_(1);
    }
    return batch_norm_activation(
      input->value, weight->value, bias->value, {optional(running_mean), optional(running_var)},
      momentum, epsilon, activation_of(activation),
      group ? group->value : c10::intrusive_ptr<Group>());
  });
}

int rt_batch_norm_in(
  rt_tensor input, rt_tensor weight, rt_tensor bias, double epsilon, rt_activation activation,
  rt_tensor *mean, rt_tensor *variance, rt_message *error) {
  return guarded(error, [&] {
    const auto statistics = batch_norm_in_place(
      input->value, weight->value, bias->value, epsilon, activation_of(activation));
    hand_out(statistics, mean, variance);
  });
}

int rt_channel_moments(
  rt_tensor input, rt_tensor *mean, rt_tensor *variance, rt_message *error) {
  return guarded(error, [&] { hand_out(channel_moments(input->value), mean, variance); });
}
