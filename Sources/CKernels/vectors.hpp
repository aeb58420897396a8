// Sixteen floats at a time: one AVX-512 register, or several narrower ones.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

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

// bfloat16: the upper half of a float. Stored rounded to the nearest, ties to even.
typedef uint16_t BFloat;
typedef uint16_t BFloats __attribute__((vector_size(32)));
typedef uint32_t Words __attribute__((vector_size(64)));

REGNAS_INLINE void load(Lanes &lanes, const BFloat *from, int64_t count) {
  BFloats bfloats{};
  if (count == kLanes) std::memcpy(&bfloats, from, sizeof bfloats);
  else
    for (int64_t i = 0; i < count; i++) bfloats[i] = from[i];
  const Words words = __builtin_convertvector(bfloats, Words) << 16;
  std::memcpy(&lanes, &words, sizeof words);
}

REGNAS_INLINE void store(BFloat *to, const Lanes &lanes, int64_t count) {
  Words words;
  std::memcpy(&words, &lanes, sizeof words);
  const Words rounded = (words + 0x7fff + (words >> 16 & 1)) >> 16;
  // Rounding could turn a NaN into an infinity.
  const Words bits = (words & 0x7fffffff) > 0x7f800000 ? (words >> 16 | 0x40) : rounded;
  const BFloats bfloats = __builtin_convertvector(bits, BFloats);
  if (count == kLanes) std::memcpy(to, &bfloats, sizeof bfloats);
  else
    for (int64_t i = 0; i < count; i++) to[i] = bfloats[i];
}

// Calls `kernel(columns, first, lanes)` for all channels, up to four vectors of them at once, so that a
// kernel can go through memory in its order, pixel by pixel. Only the last vector may have fewer than all
// lanes.
template <class Kernel>
REGNAS_INLINE void for_all_columns(int64_t channels, Kernel kernel) {
  int64_t first = 0;
  for (; first + 4 * kLanes <= channels; first += 4 * kLanes)
    kernel(std::integral_constant<int, 4>(), first, kLanes);
  switch ((channels - first) / kLanes) {
    case 3: kernel(std::integral_constant<int, 3>(), first, kLanes); break;
    case 2: kernel(std::integral_constant<int, 2>(), first, kLanes); break;
    case 1: kernel(std::integral_constant<int, 1>(), first, kLanes); break;
    default: break;
  }
  first += (channels - first) / kLanes * kLanes;
  if (first < channels) kernel(std::integral_constant<int, 1>(), first, channels - first);
}

#define REGNAS_KERNEL [&](auto columns, int64_t first, int64_t lanes) __attribute__((always_inline))

}  // namespace regnas
