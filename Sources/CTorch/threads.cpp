// libtorch's own `parallel_for` is serial in code that is compiled without OpenMP, as ours is.
#include "threads.hpp"

#include "internal.hpp"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace regnas {
namespace {

// How denormals are treated is a setting of each thread: workers take the caller's.
#if defined(__x86_64__)
unsigned float_mode() { return _mm_getcsr(); }
void set_float_mode(unsigned mode) { _mm_setcsr(mode); }
#else
unsigned float_mode() { return 0; }
void set_float_mode(unsigned) {}
#endif

struct Job {
  const std::function<void(int64_t)> *body;
  int64_t parts;
  int helpers;
  unsigned mode;
  std::atomic<int64_t> next{0};
  std::atomic<int64_t> done{0};

  void work() {
    for (;;) {
      const int64_t part = next.fetch_add(1, std::memory_order_relaxed);
      if (part >= parts) return;
      (*body)(part);
      done.fetch_add(1, std::memory_order_release);
    }
  }
};

// Waits a few microseconds for `ready`, the time between two kernels of one step, before the caller
// goes to sleep. Longer spinning would take the processor from whoever is waited for.
template <class Ready>
bool soon(Ready ready) {
  for (int i = 0; i < 2000; i++) {
    if (ready()) return true;
#if defined(__x86_64__)
    _mm_pause();
#endif
  }
  return false;
}

// Workers live as long as the process; between jobs they sleep. One job at a time: a caller that
// finds the pool taken runs its parts alone.
class Pool {
 public:
  void run(int64_t parts, int threads, const std::function<void(int64_t)> &body) {
    std::unique_lock<std::mutex> turn(turn_, std::try_to_lock);
    if (!turn.owns_lock()) {
      for (int64_t part = 0; part < parts; part++) body(part);
      return;
    }
    while (static_cast<int>(workers_) < threads - 1) {
      std::thread([this, index = workers_] { serve(index); }).detach();
      workers_++;
    }
    auto job = std::make_shared<Job>();
    job->body = &body;
    job->parts = parts;
    job->helpers = threads - 1;
    job->mode = float_mode();
    {
      std::lock_guard<std::mutex> guard(mutex_);
      job_ = job;
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    job->work();
    auto finished = [&] { return job->done.load(std::memory_order_acquire) == parts; };
    while (!soon(finished)) std::this_thread::yield();
    std::lock_guard<std::mutex> guard(mutex_);
    job_ = nullptr;
  }

 private:
  void serve(int index) {
    uint64_t seen = 0;
    for (;;) {
      soon([&] { return generation_.load(std::memory_order_acquire) != seen; });
      std::shared_ptr<Job> job;
      {
        std::unique_lock<std::mutex> guard(mutex_);
        wake_.wait(guard, [&] { return generation_.load() != seen; });
        seen = generation_.load();
        job = job_;
      }
      if (!job || index >= job->helpers) continue;
      set_float_mode(job->mode);
      job->work();
    }
  }

  std::mutex turn_, mutex_;
  std::condition_variable wake_;
  std::shared_ptr<Job> job_;
  std::atomic<uint64_t> generation_{0};
  int workers_ = 0;
};

// Never destroyed: its threads may outlive the end of `main`.
Pool &pool() {
  static Pool *const pool = new Pool();
  return *pool;
}

// libtorch's OpenMP; ours is compiled without.
struct OpenMP {
  void (*set)(int) = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  int (*get)() = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
};

const OpenMP &openmp() {
  static const OpenMP functions;
  return functions;
}

}  // namespace

void set_openmp_threads(int threads) {
  if (openmp().set) openmp().set(threads);
}

OneThread::OneThread() {
  // libtorch sets a new thread's number of threads when it is first asked for it; not after us.
  // (Not `init_num_threads`: each call of it makes another pool of threads.)
  at::get_num_threads();
  if (openmp().get) before_ = openmp().get();
  set_openmp_threads(1);
}

OneThread::~OneThread() { set_openmp_threads(before_); }

void parallel_parts(int64_t parts, const std::function<void(int64_t)> &body) {
  const int threads = static_cast<int>(std::min<int64_t>(at::get_num_threads(), parts));
  if (threads <= 1) {
    for (int64_t part = 0; part < parts; part++) body(part);
  } else {
    pool().run(parts, threads, body);
  }
}

}  // namespace regnas

void rt_parallel(int64_t parts, void (*body)(void *context, int64_t part), void *context) {
  regnas::parallel_parts(parts, [&](int64_t part) {
    regnas::OneThread one;
    body(context, part);
  });
}
