#include "team.hpp"

#include "internal.hpp"
#include "threads.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace regnas {
namespace {

struct Membership {
  Team *team = nullptr;
  int index = 0;
  // Exchanges this member has been through.
  uint64_t exchanges = 0;
};

thread_local Membership membership;

void wait_a_little(int round) {
  if (round > 2000) return std::this_thread::yield();
#if defined(__x86_64__)
  _mm_pause();
#endif
}

}  // namespace

Team *Team::current() { return membership.team; }

void Team::join(int index) { membership = {this, index, 0}; }

void Team::leave() { membership = {}; }

void Team::add_up(std::vector<double> &values) {
  const uint64_t exchange = membership.exchanges++;
  auto *slots = slots_.data() + exchange % 2 * static_cast<size_t>(size_);
  slots[membership.index] = values;
  arrivals_.fetch_add(1, std::memory_order_acq_rel);
  const uint64_t all = (exchange + 1) * static_cast<uint64_t>(size_);
  for (int round = 0; arrivals_.load(std::memory_order_acquire) < all; round++) {
    if (failed_.load(std::memory_order_acquire))
      throw std::runtime_error(rt_failure_of_another);
    wait_a_little(round);
  }
  values.assign(values.size(), 0);
  for (int member = 0; member < size_; member++)
    for (size_t i = 0; i < values.size(); i++) values[i] += slots[member][i];
}

}  // namespace regnas

using namespace regnas;

const char *const rt_failure_of_another = "another thread of the same batch failed";

int rt_team(
  int members, bool (*body)(void *context, int member), void *context, bool *ran,
  rt_message *error) {
  return guarded(error, [&] {
    Team team(members);
    *ran = run_together(members, [&](int member) {
      OneThread one;
      team.as_member(member, [&] {
        if (!body(context, member)) team.fail();
      });
    });
  });
}

int rt_add_gradients(
  const rt_tensor *to, const rt_tensor *from, int count, rt_message *error) {
  return guarded(error, [&] {
    at::NoGradGuard none;
    constexpr int kPerPart = 16;
    parallel_parts((count + kPerPart - 1) / kPerPart, [&](int64_t part) {
      OneThread one;
      const int last = std::min<int>(count, static_cast<int>(part + 1) * kPerPart);
      for (int i = static_cast<int>(part) * kPerPart; i < last; i++) {
        auto &gradient = from[i]->value.mutable_grad();
        if (!gradient.defined()) continue;
        auto &sum = to[i]->value.mutable_grad();
        if (sum.defined()) {
          sum.add_(gradient);
        } else {
          sum = gradient;
        }
        gradient.reset();
      }
    });
  });
}
