// Tensors, and the ones that our kernels take.
#pragma once

// libtorch 1.13 compiles as C++20 only with this header first.
#include <ATen/core/ivalue.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace regnas {

// Float32 on the processor, [batch, channels, height, width] with channels last in memory.
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

}  // namespace regnas
