// Sixteen floats at a time: one AVX-512 register, or several narrower ones.
#pragma once

#include <cstdint>
#include <cstring>

// A function so marked is compiled for several instruction sets, and the processor's best is chosen
// when the program is loaded. What it calls must be `REGNAS_INLINE`, to be compiled with it.
#if defined(__x86_64__) && defined(__linux__) && defined(__clang__)
#define REGNAS_CLONES __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define REGNAS_CLONES
#endif
#define REGNAS_INLINE static inline __attribute__((always_inline))

namespace regnas {

constexpr int64_t kLanes = 16;
typedef float Lanes __attribute__((vector_size(64)));

REGNAS_INLINE void load(Lanes &lanes, const float *from) { std::memcpy(&lanes, from, 64); }
REGNAS_INLINE void store(float *to, const Lanes &lanes) { std::memcpy(to, &lanes, 64); }

// The first `count` lanes; the others are 0.
REGNAS_INLINE void load(Lanes &lanes, const float *from, int64_t count) {
  if (count == kLanes) return load(lanes, from);
  if (count == 8) {
    lanes = Lanes{};
    std::memcpy(&lanes, from, 32);
    return;
  }
  float values[kLanes] = {};
  for (int64_t i = 0; i < count; i++) values[i] = from[i];
  load(lanes, values);
}

REGNAS_INLINE void store(float *to, const Lanes &lanes, int64_t count) {
  if (count == kLanes) return store(to, lanes);
  if (count == 8) {
    std::memcpy(to, &lanes, 32);
    return;
  }
  float values[kLanes];
  store(values, lanes);
  for (int64_t i = 0; i < count; i++) to[i] = values[i];
}

}  // namespace regnas
