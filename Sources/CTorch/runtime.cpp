// libtorch's process-wide settings.
#include "internal.hpp"

#include <CKernels/threads.hpp>

#include <ATen/Parallel.h>
#include <cstdlib>
#include <dlfcn.h>
#include <torch/csrc/api/include/torch/version.h>

using namespace regnas;

namespace {

// The CUDA half of libtorch registers itself when it is loaded; nothing links to it.
void load_cuda_library() {
  static void *const library = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
  (void)library;
}

// OpenBLAS has threads of its own, which would compete with OpenMP's for the cores; and their number is
// one for the whole process, so that changing it disturbs products under way on other threads.
void keep_blas_to_one_thread() {
  const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set) set(1);
}

}  // namespace

const char *rt_build_version(void) { return TORCH_VERSION; }

int rt_linked_configuration(char **text, rt_message *error) {
  return guarded(error, [&] {
    // The text asks what devices there are, and libtorch remembers the answer.
    load_cuda_library();
    *text = strdup(at::show_config().c_str());
  });
}

int rt_configure(int threads, bool flush_denormals, rt_message *error) {
  return guarded(error, [&] {
    // Worker threads inherit the flag, so it is set before the pool starts.
    at::globalContext().setFlushDenormal(flush_denormals);
    at::set_num_threads(threads);
    keep_blas_to_one_thread();
  });
}

void rt_switch_threads(int threads) {
  // Not at::set_num_threads, which also builds libtorch's third pool anew, at a cost of milliseconds.
  set_openmp_threads(threads);
}

int rt_threads(void) { return at::get_num_threads(); }

void rt_set_grad_enabled(bool enabled) { at::GradMode::set_enabled(enabled); }

bool rt_grad_enabled(void) { return at::GradMode::is_enabled(); }

int rt_cuda_device_count(int *count, rt_message *error) {
  return guarded(error, [&] {
    load_cuda_library();
    *count = at::hasCUDA() ? static_cast<int>(at::detail::getCUDAHooks().getNumGPUs()) : 0;
  });
}

int rt_synchronize(int device_index, rt_message *error) {
  return guarded(error, [&] {
    if (device_index < 0) return;
    // Reading one element waits for all that was queued before it on the current stream.
    at::zeros({1}, at::TensorOptions().device(device(device_index))).item<float>();
  });
}

int rt_set_deterministic(bool enabled, rt_message *error) {
  return guarded(error, [&] {
    // cuBLAS reads it when it is first used, and libtorch insists on it.
    if (enabled) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
    at::globalContext().setDeterministicAlgorithms(enabled, /*warn_only=*/false);
    at::globalContext().setBenchmarkCuDNN(!enabled);
  });
}

int rt_set_tf32(bool enabled, rt_message *error) {
  return guarded(error, [&] {
    at::globalContext().setAllowTF32CuBLAS(enabled);
    at::globalContext().setAllowTF32CuDNN(enabled);
  });
}
