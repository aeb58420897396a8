// Ranks that work on one batch together and exchange what it needs.
#pragma once

#include <CKernels/tensor.hpp>

#include <functional>
#include <vector>

namespace regnas {

enum class Reduction { sum, max };

// A group as one of its ranks sees it.
//
// Every operation is called by all ranks, in the same order and with tensors that agree; each rank gets
// the same result. Sums are taken in the order of ranks, so that results have the same bits in every
// run of as many ranks. Tensors are taken as values, outside autograd, and results are new ones.
//
// An operation throws where ranks called different ones, where a rank failed or has ended, or where
// this rank's work has ended. After that the group cannot be used.
//
// Threads of one process are the first kind (`run_local_ranks`). Processes can be a second: one that
// gathers bytes and adds them up itself, since a library's own sums depend on the layout of buffers.
// Threads within processes are then a third, made of the two: ranks count process by process; the threads
// of each process meet first and one of them exchanges for all, so that an operation costs one message
// per process and not one per thread.
class Group : public torch::CustomClassHolder {
 public:
  virtual int rank() const = 0;
  virtual int size() const = 0;

  // `values` become their sums over ranks. For batch norm: without locks or new memory in each
  // call.
  virtual void sum(std::vector<double> &values) = 0;

  // Of float32 (added in float64), float64 or int64, in equal shapes.
  virtual at::Tensor all_reduce(const at::Tensor &values, Reduction reduction) = 0;
  // The values of rank `root`; those of the others only give type and shape.
  virtual at::Tensor broadcast(const at::Tensor &values, int root) = 0;
  // The tensors of all ranks, in their order. The first sizes may differ.
  virtual std::vector<at::Tensor> all_gather(const at::Tensor &values) = 0;
  // Returns when all ranks have called it.
  virtual void barrier() = 0;
};

// The message of an operation that fails because another rank has.
extern const char *const kFailureOfAnotherRank;

// Runs `body` for each rank of a group of `size` threads at the same time, and returns true.
// Returns false, without having run anything, where that many threads are not available. libtorch
// computes what a thread asks for on that thread alone. `body` returns false where it failed, and
// must not throw; then the others fail in their next operation that needs this rank.
bool run_local_ranks(
  int size, const std::function<bool(const c10::intrusive_ptr<Group> &)> &body);

}  // namespace regnas
