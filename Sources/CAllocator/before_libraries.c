#include "CAllocator.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

// Under a limit of the address space (ulimit -v, a scheduler's), the libraries that libtorch brings
// abort when they start, or ask for their buffers again and again without end. So the room that they
// take is asked for before any of them starts, where a refusal can still be reported.

// Measured on Debian 12 with two cores, with some room to spare: data of libraries, and for each core
// a thread's stack and a buffer of OpenBLAS.
enum { base_megabytes = 128, megabytes_per_core = 48 };

static void check_address_space(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  size_t size = ((size_t)base_megabytes + megabytes_per_core * (size_t)(cores > 0 ? cores : 1)) << 20;
  void *probe = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (probe != MAP_FAILED) {
    munmap(probe, size);
    return;
  }
  static const char message[] =
      "error: not enough memory: the limit of this process (ulimit -v) is too low for libtorch to "
      "start. Raise it to 2 GB or more.\n";
  ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
  (void)written;
  _exit(1);
}

static void before_all(void) {
  check_address_space();
  // Swift's reporter of crashes catches SIGQUIT from its constructor on. Until the program has put
  // that right (Signals.prepare), the signal waits.
  sigset_t quit;
  sigemptyset(&quit);
  sigaddset(&quit, SIGQUIT);
  sigprocmask(SIG_BLOCK, &quit, NULL);
}

#ifdef __linux__
// Runs before the constructors of shared libraries.
__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(void) =
    before_all;
#endif
