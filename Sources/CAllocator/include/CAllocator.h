// Makes jemalloc the allocator of a program that depends on this target: of all of it, libtorch too.
// For programs only; a library leaves the choice to whoever uses it.
#pragma once

extern const char *malloc_conf;
