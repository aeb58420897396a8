// Activations in place. libtorch's hard swish of bfloat16 takes four times as long as that of float32.
#include "activations.hpp"

#include "threads.hpp"

#include <algorithm>

namespace regnas {
namespace {

constexpr int64_t kValuesPerPart = 1 << 15;

template <rt_activation A, class Element>
REGNAS_INLINE void activate_all(Element *values, int64_t count) {
  for (int64_t i = 0; i < count; i += kLanes) {
    const int64_t lanes = std::min(kLanes, count - i);
    Lanes v;
    load(v, values + i, lanes);
    activate<A>(v);
    store(values + i, v, lanes);
  }
}

REGNAS_CLONES void activate_part(rt_activation a, float *values, int64_t count) {
  REGNAS_FOR_ACTIVATION(a, activate_all, values, count)
}

REGNAS_CLONES void activate_part(rt_activation a, BFloat *values, int64_t count) {
  REGNAS_FOR_ACTIVATION(a, activate_all, values, count)
}

template <class Element>
void activate_parts(rt_activation a, Element *values, int64_t count) {
  parallel_parts((count + kValuesPerPart - 1) / kValuesPerPart, [&](int64_t part) {
    const int64_t start = part * kValuesPerPart;
    activate_part(a, values + start, std::min(kValuesPerPart, count - start));
  });
}

}  // namespace

void activate_in_place(at::Tensor &values, rt_activation activation) {
  if (activation == RT_IDENTITY_ACTIVATION) return;
  if (values.device().is_cpu() && values.is_non_overlapping_and_dense()) {
    if (values.scalar_type() == at::kFloat)
      return activate_parts(activation, values.data_ptr<float>(), values.numel());
    if (values.scalar_type() == at::kBFloat16)
      return activate_parts(activation, static_cast<BFloat *>(values.data_ptr()), values.numel());
  }
  switch (activation) {
    case RT_IDENTITY_ACTIVATION: break;
    case RT_RELU_ACTIVATION: at::relu_(values); break;
    case RT_RELU6_ACTIVATION: at::hardtanh_(values, 0, 6); break;
    case RT_HARDSWISH_ACTIVATION: at::hardswish_(values); break;
  }
}

}  // namespace regnas
