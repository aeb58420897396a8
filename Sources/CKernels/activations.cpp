// Activations by themselves. In place they are ours: libtorch's hard swish of bfloat16 takes four times as
// long as that of float32.
#include "activations.hpp"

#include <CKernels/threads.hpp>

#include <algorithm>

namespace regnas {
namespace {

constexpr int64_t kValuesPerPart = 1 << 15;

template <Activation A, class Element>
REGNAS_INLINE void activate_all(Element *values, int64_t count) {
  for (int64_t i = 0; i < count; i += kLanes) {
    const int64_t lanes = std::min(kLanes, count - i);
    Lanes v;
    load(v, values + i, lanes);
    activate<A>(v);
    store(values + i, v, lanes);
  }
}

REGNAS_CLONES void activate_part(Activation a, float *values, int64_t count) {
  REGNAS_FOR_ACTIVATION(a, activate_all, values, count)
}

REGNAS_CLONES void activate_part(Activation a, BFloat *values, int64_t count) {
  REGNAS_FOR_ACTIVATION(a, activate_all, values, count)
}

template <class Element>
void activate_parts(Activation a, Element *values, int64_t count) {
  parallel_parts((count + kValuesPerPart - 1) / kValuesPerPart, [&](int64_t part) {
    const int64_t start = part * kValuesPerPart;
    activate_part(a, values + start, std::min(kValuesPerPart, count - start));
  });
}

}  // namespace

at::Tensor activated(const at::Tensor &values, Activation activation) {
  switch (activation) {
    case Activation::identity: return values;
    case Activation::relu: return at::relu(values);
    case Activation::relu6: return at::hardtanh(values, 0, 6);
    case Activation::hard_swish: return at::hardswish(values);
  }
  TORCH_CHECK(false, "no such activation");
}

void activate_in_place(at::Tensor &values, Activation activation) {
  if (activation == Activation::identity) return;
  if (values.device().is_cpu() && values.is_non_overlapping_and_dense()) {
    if (values.scalar_type() == at::kFloat)
      return activate_parts(activation, values.data_ptr<float>(), values.numel());
    if (values.scalar_type() == at::kBFloat16)
      return activate_parts(activation, static_cast<BFloat *>(values.data_ptr()), values.numel());
  }
  switch (activation) {
    case Activation::identity: break;
    case Activation::relu: at::relu_(values); break;
    case Activation::relu6: at::hardtanh_(values, 0, 6); break;
    case Activation::hard_swish: at::hardswish_(values); break;
  }
}

}  // namespace regnas
