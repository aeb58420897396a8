// libtorch's own `parallel_for` is serial in code that is compiled without OpenMP, as ours is. So we ask
// the OpenMP library that libtorch has loaded: a pool of our own would compete with its threads for the
// cores, which spin for a while after each of libtorch's operations (a training step took a fifth longer).
#include <CKernels/threads.hpp>

#include <CKernels/tensor.hpp>

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>

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
  const std::function<void(int64_t)> &body;
  const int64_t parts;
  const unsigned mode = float_mode();
  std::atomic<int64_t> next{0};

  // What each thread runs.
  static void work(void *context) {
    auto job = static_cast<Job *>(context);
    set_float_mode(job->mode);
    for (int64_t part; (part = job->next.fetch_add(1, std::memory_order_relaxed)) < job->parts;)
      job->body(part);
  }
};

struct Together {
  const std::function<void(int)> &body;
  const int count;
  std::atomic<int> next{0};
  std::atomic<bool> ran{true};
  const unsigned mode = float_mode();

  static void work(void *context);
};

// libtorch's OpenMP; ours is compiled without.
struct OpenMP {
  void (*set)(int) = find<void(int)>("omp_set_num_threads");
  int (*get)() = find<int()>("omp_get_max_threads");
  int (*present)() = find<int()>("omp_get_num_threads");
  void (*parallel)(void (*)(void *), void *, unsigned, unsigned) =
    find<void(void (*)(void *), void *, unsigned, unsigned)>("GOMP_parallel");

  template <class Function>
  static Function *find(const char *name) {
    return reinterpret_cast<Function *>(dlsym(RTLD_DEFAULT, name));
  }
};

const OpenMP &openmp() {
  static const OpenMP functions;
  return functions;
}

void Together::work(void *context) {
  auto together = static_cast<Together *>(context);
  if (openmp().present() < together->count) {
    together->ran = false;
    return;
  }
  set_float_mode(together->mode);
  together->body(together->next.fetch_add(1, std::memory_order_relaxed));
}

}  // namespace

void set_openmp_threads(int threads) {
  if (openmp().set) openmp().set(threads);
}

OneThread::OneThread() {
  // libtorch sets a new thread's number of threads when that is first asked for: have it done before we
  // set ours.
  // (Not `init_num_threads`: each call of it makes another pool of threads.)
  at::get_num_threads();
  if (openmp().get) before_ = openmp().get();
  set_openmp_threads(1);
}

OneThread::~OneThread() { set_openmp_threads(before_); }

void parallel_parts(int64_t parts, const std::function<void(int64_t)> &body) {
  Job job{body, parts};
  const auto threads = static_cast<unsigned>(std::min<int64_t>(at::get_num_threads(), parts));
  if (threads > 1 && openmp().parallel) {
    openmp().parallel(Job::work, &job, threads, /*flags=*/0);
  } else {
    Job::work(&job);
  }
}

bool run_together(int count, const std::function<void(int)> &body) {
  if (count > 1 && (!openmp().parallel || !openmp().present)) return false;
  if (count == 1) {
    body(0);
    return true;
  }
  Together together{body, count};
  openmp().parallel(Together::work, &together, static_cast<unsigned>(count), /*flags=*/0);
  return together.ran;
}

}  // namespace regnas
