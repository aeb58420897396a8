// The optimiser's step: one pass over a parameter instead of five operations of libtorch.
#include <CKernels/optimizer.hpp>

#include "vectors.hpp"

#include <CKernels/threads.hpp>

#include <algorithm>
#include <cmath>
#include <map>

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
namespace {

bool are_plain(const at::Tensor &w, const at::Tensor &v, const at::Tensor &g) {
  // Equal strides of dense tensors: their elements correspond in memory.
  return is_plain(w) && is_plain(v) && is_plain(g) && w.strides() == v.strides() &&
         w.strides() == g.strides();
}

// What a GPU steps together: a kernel for each parameter would take longer to launch than to run.
struct Together {
  std::vector<at::Tensor> parameters, velocities, gradients;

  void step(double decay, double rate, double momentum) {
    if (decay != 0) at::_foreach_add_(gradients, parameters, decay);
    at::_foreach_mul_(velocities, momentum);
    at::_foreach_add_(velocities, gradients);
    at::_foreach_add_(gradients, velocities, momentum);
    at::_foreach_add_(parameters, gradients, -rate);
  }
};

}  // namespace

void sgd_step(
  const std::vector<at::Tensor> &parameters, const std::vector<at::Tensor> &velocities,
  const double *decays, double rate, double momentum) {
  at::NoGradGuard none;
  // By their decay.
  std::map<double, Together> others;
  for (size_t i = 0; i < parameters.size(); i++) {
    const at::Tensor &w = parameters[i], &v = velocities[i];
    at::Tensor &gradient = w.mutable_grad();
    if (!gradient.defined()) continue;
    const at::Tensor g = gradient;
    gradient = at::Tensor();
    if (are_plain(w, v, g)) {
      nesterov(
        w.data_ptr<float>(), v.data_ptr<float>(), g.data_ptr<float>(), w.numel(),
        static_cast<float>(decays[i]), static_cast<float>(rate), static_cast<float>(momentum));
    } else {
      Together &together = others[decays[i]];
      together.parameters.push_back(w);
      together.velocities.push_back(v);
      together.gradients.push_back(g);
    }
  }
  for (auto &[decay, together] : others) together.step(decay, rate, momentum);
}

void move_averages(
  const std::vector<at::Tensor> &averages, const std::vector<at::Tensor> &values, double kept) {
  at::NoGradGuard none;
  TORCH_CHECK(averages.size() == values.size(), values.size(), " tensors for ", averages.size());
  if (averages.empty()) return;
  at::_foreach_mul_(averages, kept);
  at::_foreach_add_(averages, values, 1 - kept);
}

void scale_gradients(const std::vector<at::Tensor> &parameters, double factor) {
  at::NoGradGuard none;
  std::vector<at::Tensor> gradients;
  for (const at::Tensor &parameter : parameters)
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  if (!gradients.empty()) at::_foreach_mul_(gradients, factor);
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
      others.push_back(g);
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
  if (!others.empty())
    waiting = at::stack(at::_foreach_norm(others)).to(at::kDouble).square().sum();
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
