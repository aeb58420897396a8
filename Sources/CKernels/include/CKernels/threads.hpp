// Sharing the work of our own kernels among processor threads.
#pragma once

#include <cstdint>
#include <functional>

namespace regnas {

// Runs `body(0)` to `body(parts - 1)`, each once, on as many threads as libtorch is set to use, the
// calling one among them, and returns when all are done. Which thread runs a part is not fixed: parts
// must not depend on each other, and results are the same for any number of threads as long as the
// division into parts is. `body` must not throw.
void parallel_parts(int64_t parts, const std::function<void(int64_t)> &body);

// Runs `body(0)` to `body(count - 1)` at the same time, each on a thread of its own, and returns
// true. Returns false, without having run anything, where that many threads are not available.
// `body` must not throw.
bool run_together(int count, const std::function<void(int)> &body);

// Sets how many threads libtorch uses for operations called on this thread from now on.
void set_openmp_threads(int threads);

// While it lives, libtorch's operations called on this thread use this thread alone.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread &) = delete;

 private:
  int before_ = 1;
};

}  // namespace regnas
