#define _GNU_SOURCE
#include "CAllocator.h"

#include <dlfcn.h>
#include <errno.h>
#include <jemalloc/jemalloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// Under a limit of memory (ulimit -v, a scheduler's) two libraries have no defined end: oneDNN does not
// look whether it got what it asked for and dies of a null pointer, OpenBLAS asks again without end. For
// them the process ends here with a message. All others get the error, and report it themselves.

static int cannot_cope(void *caller) {
  Dl_info info;
  if (dladdr(caller, &info) == 0 || info.dli_fname == NULL) return 0;
  return strstr(info.dli_fname, "dnnl") != NULL || strstr(info.dli_fname, "blas") != NULL;
}

static void end_if_it_cannot_cope(void *caller, size_t size) {
  if (!cannot_cope(caller)) return;
  char message[200];
  int length = snprintf(message, sizeof message,
                        "error: not enough memory: %zu MB more are needed than the limit of this process "
                        "leaves. Raise the limit (ulimit -v), or give smaller batches or fewer threads.\n",
                        (size >> 20) + 1);
  ssize_t written = write(STDERR_FILENO, message, (size_t)length);
  (void)written;
  _exit(1);
}

#ifdef __linux__
// Both come before those of libc and jemalloc, and stand on them.
void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
  void *memory = (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
  if (memory == MAP_FAILED && errno == ENOMEM) {
    end_if_it_cannot_cope(__builtin_return_address(0), length);
    errno = ENOMEM;
  }
  return memory;
}

void *mmap64(void *address, size_t length, int protection, int flags, int file, off64_t offset) {
  void *memory = (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
  if (memory == MAP_FAILED && errno == ENOMEM) {
    end_if_it_cannot_cope(__builtin_return_address(0), length);
    errno = ENOMEM;
  }
  return memory;
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *memory = mallocx(size > 0 ? size : 1, MALLOCX_ALIGN(alignment));
  if (memory == NULL) {
    end_if_it_cannot_cope(__builtin_return_address(0), size);
    return ENOMEM;
  }
  *result = memory;
  return 0;
}
#endif
