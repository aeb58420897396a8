#include "CAllocator.h"

// Read by jemalloc when the process starts. Freed memory is kept for the next tensor (a step makes
// and frees thousands), large tensors like small ones, and lies in huge pages where the system has
// them: page faults were up to half of a training step, and threads waited for one another at
// glibc's one arena. docs/speed.md has the figures. MALLOC_CONF in the environment comes after this.
const char *malloc_conf = "dirty_decay_ms:-1,oversize_threshold:0,thp:always";
