#include "CAllocator.h"

// Read by jemalloc when the process starts. Freed memory is kept for the next tensor (a step makes
// and frees thousands), large tensors like small ones, and lies in huge pages where the system has
// them: page faults were up to half of a training step, and threads waited for one another at
// glibc's one arena. docs/speed.md has the figures. What nobody has used for ten seconds goes back to
// the system: kept for ever, it came to 23 GB in a run that trained on after a search, of which 1 GB was
// in use. MALLOC_CONF in the environment comes after this.
const char *malloc_conf = "dirty_decay_ms:10000,oversize_threshold:0,thp:always";
