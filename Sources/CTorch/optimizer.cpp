// The optimiser's step over all parameters at once: one pass over each, in one call, instead of five
// operations of libtorch per parameter.
#include "internal.hpp"
#include "vectors.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

namespace regnas {
namespace {

REGNAS_CLONES void nesterov(
  float *w, float *v, const float *gradient, int64_t count, float decay, float rate,
  float momentum) {
  for (int64_t i = 0; i < count; i++) {
    const float g = gradient[i] + decay * w[i];
    v[i] = momentum * v[i] + g;
    w[i] -= rate * (g + momentum * v[i]);
  }
}

REGNAS_CLONES double squares(const float *x, int64_t count) {
  // Float32 within a block, float64 between blocks.
  constexpr int64_t kBlock = 4096;
  double total = 0;
  for (int64_t start = 0; start < count; start += kBlock) {
    const int64_t end = std::min(count, start + kBlock);
    Lanes sum{}, v;
    int64_t i = start;
    for (; i + kLanes <= end; i += kLanes) load(v, x + i), sum += v * v;
    if (i < end) load(v, x + i, end - i), sum += v * v;
    for (int64_t lane = 0; lane < kLanes; lane++) total += sum[lane];
  }
  return total;
}

bool is_plain(const at::Tensor &a) {
  return a.device().is_cpu() && a.scalar_type() == at::kFloat && a.is_non_overlapping_and_dense();
}

}  // namespace
}  // namespace regnas

using namespace regnas;

int rt_sgd_step(
  const rt_tensor *parameters, const rt_tensor *velocities, const double *decays, int count,
  double rate, double momentum, rt_message *error) {
  return guarded(error, [&] {
    at::NoGradGuard none;
    for (int i = 0; i < count; i++) {
      at::Tensor &w = parameters[i]->value, &v = velocities[i]->value;
      at::Tensor &gradient = w.mutable_grad();
      if (!gradient.defined()) continue;
      const at::Tensor g = gradient;
      gradient = at::Tensor();
      // Equal strides of dense tensors: their elements correspond in memory.
      if (
        is_plain(w) && is_plain(v) && is_plain(g) && w.strides() == v.strides() &&
        w.strides() == g.strides()) {
        nesterov(
          w.data_ptr<float>(), v.data_ptr<float>(), g.data_ptr<float>(), w.numel(),
          static_cast<float>(decays[i]), static_cast<float>(rate), static_cast<float>(momentum));
        continue;
      }
      if (decays[i] != 0) g.add_(w, decays[i]);
      v.mul_(momentum).add_(g);
      w.sub_(g.add(v, momentum), rate);
    }
  });
}

int rt_gradient_norm(
  const rt_tensor *parameters, int count, const rt_tensor *losses, int loss_count, double *norm,
  rt_message *error) {
  return guarded(error, [&] {
    at::NoGradGuard none;
    double total = 0;
    std::vector<at::Tensor> others;
    for (int i = 0; i < count; i++) {
      const at::Tensor &g = parameters[i]->value.grad();
      if (!g.defined()) continue;
      if (is_plain(g))
        total += squares(g.data_ptr<float>(), g.numel());
      else
        others.push_back(g.square().sum().to(at::kDouble));
    }
    // Zero where the loss is finite.
    std::vector<at::Tensor> flags;
    for (int i = 0; i < loss_count; i++) {
      const at::Tensor flag = losses[i]->value.detach().to(at::kDouble) * 0;
      if (flag.is_cpu())
        total += flag.item<double>();
      else
        flags.push_back(flag);
    }
    // One wait for the device, if any.
    at::Tensor waiting;
    if (!others.empty()) waiting = at::stack(others).sum();
    if (!flags.empty()) {
      const at::Tensor flag = at::stack(flags).sum();
      waiting = waiting.defined() ? waiting + flag : flag;
    }
    if (waiting.defined()) total += waiting.item<double>();
    *norm = std::sqrt(total);
  });
}
