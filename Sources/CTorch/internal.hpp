// What the shim's source files share.
#pragma once

// libtorch 1.13 compiles as C++20 only with this header first.
#include <ATen/core/ivalue.h>

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/api/include/torch/version.h>

#include <cstring>
#include <exception>
#include <string>

#include "include/CTorch.h"

struct rt_tensor_s {
  at::Tensor value;
};

namespace regnas {

inline int fail(rt_message *error, const std::string &text) {
  if (error) *error = strdup(text.c_str());
  return 1;
}

// Runs `body` and turns whatever it throws into a status and a message.
template <class Body>
int guarded(rt_message *error, Body body) {
  try {
    body();
    return 0;
  } catch (const c10::Error &e) {
    return fail(error, e.what_without_backtrace());
  } catch (const std::exception &e) {
    return fail(error, e.what());
  } catch (...) {
    return fail(error, "an unknown C++ exception");
  }
}

// Runs `body`, which returns a tensor, and hands that out.
template <class Body>
int produce(rt_tensor *out, rt_message *error, Body body) {
  return guarded(error, [&] { *out = new rt_tensor_s{body()}; });
}

inline at::Tensor optional(rt_tensor tensor) { return tensor ? tensor->value : at::Tensor(); }

inline at::Device device(int index) {
  return index < 0 ? at::Device(at::kCPU)
                   : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

// Autocast took the device as an argument from 2.4 on.
#define REGNAS_AUTOCAST_BY_DEVICE \
  (TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4))

inline bool autocasts_on_cpu() {
#if REGNAS_AUTOCAST_BY_DEVICE
  return at::autocast::is_autocast_enabled(at::kCPU);
#else
  return at::autocast::is_cpu_enabled();
#endif
}

// What our own kernels take.
inline bool is_float_channels_last(const at::Tensor &a) {
  return a.dim() == 4 && a.numel() > 0 && a.device().is_cpu() && a.scalar_type() == at::kFloat &&
         a.is_contiguous(at::MemoryFormat::ChannelsLast);
}

// With one channel or one pixel, strides do not say which layout is meant, and libtorch then takes a
// tensor for channels first: a network whose images have one channel would run so to its end. Give
// the strides that say channels last. (Not under autograd: one more node per weight and step for
// nothing, since the images decide.)
inline at::Tensor channels_last(const at::Tensor &a) {
  const auto format = at::MemoryFormat::ChannelsLast;
  auto result = a.contiguous(format);
  const bool recorded = at::GradMode::is_enabled() && a.requires_grad();
  if (recorded || result.numel() == 0 || result.suggest_memory_format() == format) return result;
  const int64_t channels = a.size(1), height = a.size(2), width = a.size(3);
  return result.as_strided(
    result.sizes(), {channels * height * width, 1, channels * width, channels});
}

inline at::IntArrayRef sizes(const int64_t *values, int count) {
  return at::IntArrayRef(values, static_cast<size_t>(count));
}

}  // namespace regnas
