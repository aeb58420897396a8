// Threads and groups of them.
#include "internal.hpp"

#include <CKernels/threads.hpp>

using namespace regnas;

void rt_parallel(int64_t parts, void (*body)(void *context, int64_t part), void *context) {
  parallel_parts(parts, [&](int64_t part) {
    OneThread one;
    body(context, part);
  });
}

const char *rt_failure_of_another_rank(void) { return kFailureOfAnotherRank; }

int rt_run_local_ranks(
  int size, bool (*body)(void *context, rt_group group), void *context, bool *ran,
  rt_message *error) {
  return guarded(error, [&] {
    *ran = run_local_ranks(size, [&](const c10::intrusive_ptr<Group> &rank) {
      return body(context, new rt_group_s{rank});
    });
  });
}

void rt_group_free(rt_group group) { delete group; }

int rt_group_rank(rt_group group) { return group->value->rank(); }

int rt_group_size(rt_group group) { return group->value->size(); }

int rt_group_all_reduce(
  rt_group group, rt_tensor tensor, rt_reduction reduction, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    switch (reduction) {
      case RT_REDUCE_SUM: return group->value->all_reduce(tensor->value, Reduction::sum);
      case RT_REDUCE_MAX: return group->value->all_reduce(tensor->value, Reduction::max);
    }
    TORCH_CHECK(false, "no such reduction");
  });
}

int rt_group_broadcast(
  rt_group group, rt_tensor tensor, int root, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] { return group->value->broadcast(tensor->value, root); });
}

int rt_group_all_gather(rt_group group, rt_tensor tensor, rt_tensor *out, rt_message *error) {
  return guarded(error, [&] {
    const auto all = group->value->all_gather(tensor->value);
    for (size_t i = 0; i < all.size(); i++) out[i] = new rt_tensor_s{all[i]};
  });
}

int rt_group_barrier(rt_group group, rt_message *error) {
  return guarded(error, [&] { group->value->barrier(); });
}
