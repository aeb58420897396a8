// The optimiser's step: one pass over a parameter instead of five operations of libtorch.
#include <CKernels/optimizer.hpp>

#include "vectors.hpp"

#include <CKernels/threads.hpp>

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
void sgd_step(
  const at::Tensor &parameter, const at::Tensor &velocity, double decay, double rate,
  double momentum) {
  at::NoGradGuard none;
  const at::Tensor &w = parameter, &v = velocity;
  at::Tensor &gradient = w.mutable_grad();
  if (!gradient.defined()) return;
  const at::Tensor g = gradient;
  gradient = at::Tensor();
  // Equal strides of dense tensors: their elements correspond in memory.
  if (
    is_plain(w) && is_plain(v) && is_plain(g) && w.strides() == v.strides() &&
    w.strides() == g.strides()) {
    nesterov(
      w.data_ptr<float>(), v.data_ptr<float>(), g.data_ptr<float>(), w.numel(),
      static_cast<float>(decay), static_cast<float>(rate), static_cast<float>(momentum));
    return;
  }
  if (decay != 0) g.add_(w, decay);
  v.mul_(momentum).add_(g);
  w.sub_(g.add(v, momentum), rate);
}

double gradient_norm(
  const std::vector<at::Tensor> &parameters, const std::vector<at::Tensor> &losses) {
  at::NoGradGuard none;
  double total = 0;
  std::vector<at::Tensor> others;
  for (const at::Tensor &parameter : parameters) {
    const at::Tensor &g = parameter.grad();
    if (!g.defined()) continue;
    if (is_plain(g))
      total += squares(g.data_ptr<float>(), g.numel());
    else
      others.push_back(g.square().sum().to(at::kDouble));
  }
  // Zero where the loss is finite.
  std::vector<at::Tensor> flags;
  for (const at::Tensor &loss : losses) {
    const at::Tensor flag = loss.detach().to(at::kDouble) * 0;
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
  return std::sqrt(total);
}

void add_gradients(const std::vector<at::Tensor> &to, const std::vector<at::Tensor> &from) {
  at::NoGradGuard none;
  TORCH_CHECK(to.size() == from.size(), from.size(), " tensors for ", to.size());
  for (size_t i = 0; i < to.size(); i++)
    TORCH_CHECK(
      to[i].sizes() == from[i].sizes(), "tensor ", i, " is ", from[i].sizes(), " for ",
      to[i].sizes());
  constexpr size_t kPerPart = 16;
  parallel_parts(static_cast<int64_t>((to.size() + kPerPart - 1) / kPerPart), [&](int64_t part) {
    OneThread one;
    const size_t first = static_cast<size_t>(part) * kPerPart;
    for (size_t i = first; i < std::min(to.size(), first + kPerPart); i++) {
      auto &gradient = from[i].mutable_grad();
      if (!gradient.defined()) continue;
      auto &sum = to[i].mutable_grad();
      if (sum.defined()) {
        sum.add_(gradient);
      } else {
        sum = gradient;
      }
      gradient.reset();
    }
  });
}

}  // namespace regnas
