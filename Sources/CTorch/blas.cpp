// OpenBLAS's choice of kernels, where it does not know the processor.
#include <cstdlib>
#include <strings.h>
#include <dlfcn.h>

namespace {

// The kernels that suit what the processor can do; null where the slowest ones do.
const char *kernels_by_instructions() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    return "SkylakeX";
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
  return nullptr;
}

// OpenBLAS tells processors apart by their model. One that is newer than the library gets the kernels
// of 2004: matrix products at less than a fourth of the speed (0.3.21 on an Intel Xeon of 2023), and other
// roundings than on processors of the same instructions. So it is asked to choose again, by what the
// processor can do. Runs after the library's own start and before any product; whoever has set
// OPENBLAS_CORETYPE has chosen.
__attribute__((constructor)) void choose_kernels_again() {
  constexpr const char *variable = "OPENBLAS_CORETYPE";
  const auto name = reinterpret_cast<const char *(*)()>(dlsym(RTLD_DEFAULT, "gotoblas_corename"));
  const auto quit = reinterpret_cast<void (*)()>(dlsym(RTLD_DEFAULT, "gotoblas_dynamic_quit"));
  const auto begin = reinterpret_cast<void (*)()>(dlsym(RTLD_DEFAULT, "gotoblas_dynamic_init"));
  if (!name || !quit || !begin || getenv(variable)) return;
  if (strcasecmp(name(), "Prescott") != 0) return;
  const char *kernels = kernels_by_instructions();
  if (!kernels) return;
  setenv(variable, kernels, 1);
  quit();
  begin();
}

}  // namespace
