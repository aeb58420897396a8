// Depthwise convolution forward, channels last.
//
// Seven neighbouring outputs of sixteen channels stay in registers while the window goes over them, all
// channels of a pixel before the next, so that memory is read in its order.
#include "depthwise_filter.hpp"

#include "activations.hpp"

#include <CKernels/threads.hpp>

#include <type_traits>

namespace regnas {
namespace {

// How many output columns are summed at once: the maps of these networks are multiples of 7 wide.
constexpr int kColumns = 7;

// The sums of one row of the window into `C` neighbouring outputs. `x` points at the input row's
// first pixel, `left` is the input column of the window's first one; columns outside the map are 0.
template <int K, int S, int C, int L>
REGNAS_INLINE void filter_row(
  const float *x, const float *taps, int64_t left, int64_t width, int64_t channels, int64_t lanes,
  Lanes *sum) {
  constexpr int kWindow = (C - 1) * S + K;
  Lanes w[K], pixel[kWindow];
#pragma clang loop unroll(full)
  for (int b = 0; b < K; b++) load(w[b], taps + b * kLanes);
  if (left >= 0 && left + kWindow <= width) {
#pragma clang loop unroll(full)
    for (int t = 0; t < kWindow; t++)
      load(pixel[t], x + (left + t) * channels, L == 0 ? lanes : L);
  } else {
#pragma clang loop unroll(full)
    for (int t = 0; t < kWindow; t++) {
      pixel[t] = Lanes{};
      if (left + t >= 0 && left + t < width)
        load(pixel[t], x + (left + t) * channels, L == 0 ? lanes : L);
    }
  }
#pragma clang loop unroll(full)
  for (int b = 0; b < K; b++)
#pragma clang loop unroll(full)
    for (int c = 0; c < C; c++) sum[c] += pixel[c * S + b] * w[b];
}

// y[i, j] = activation(bias + sum over the window of w * x), for `C` columns from `column` on.
template <int K, int S, int C, int L, Activation A>
REGNAS_INLINE void filter_columns(
  const Shape &s, const float *image, const float *taps, int64_t row, int64_t column,
  int64_t lanes, float *out) {
  Lanes sum[C];
#pragma clang loop unroll(full)
  for (int c = 0; c < C; c++) load(sum[c], taps + K * K * kLanes);
  const int64_t top = row * S - s.pad, left = column * S - s.pad;
  // What the next row needs beyond this one's.
#pragma clang loop unroll(full)
  for (int a = 0; a < S; a++) {
    const float *next =
      image + ((std::min(top + K + a, s.height - 1)) * s.width + column * S) * s.channels;
#pragma clang loop unroll(full)
    for (int c = 0; c < C * S; c++) __builtin_prefetch(next + c * s.channels);
  }
  for (int a = 0; a < K; a++) {
    if (top + a < 0 || top + a >= s.height) continue;
    filter_row<K, S, C, L>(
      image + (top + a) * s.width * s.channels, taps + a * K * kLanes, left, s.width, s.channels,
      lanes, sum);
  }
  float *to = out + (row * s.out_width + column) * s.channels;
#pragma clang loop unroll(full)
  for (int c = 0; c < C; c++) {
    activate<A>(sum[c]);
    store(to + c * s.channels, sum[c], L == 0 ? lanes : L);
  }
}

// All channels of `C` columns, so that memory is read in its order. Whole blocks of channels, then a
// half one or what is left.
template <int K, int S, int C, Activation A>
REGNAS_INLINE void filter_pixels(
  const Shape &s, const float *image, const float *taps, int64_t row, int64_t column, float *out) {
  constexpr int64_t kTaps = (K * K + 1) * kLanes;
  int64_t channel = 0;
  for (; channel + kLanes <= s.channels; channel += kLanes, taps += kTaps)
    filter_columns<K, S, C, kLanes, A>(
      s, image + channel, taps, row, column, kLanes, out + channel);
  const int64_t left = s.channels - channel;
  if (left == 8)
    filter_columns<K, S, C, 8, A>(s, image + channel, taps, row, column, left, out + channel);
  else if (left > 0)
    filter_columns<K, S, C, 0, A>(s, image + channel, taps, row, column, left, out + channel);
}

template <int K, int S, Activation A>
REGNAS_INLINE void filter_image(
  const Shape &s, const float *image, const float *taps, float *out) {
  for (int64_t i = 0; i < s.out_height; i++) {
    int64_t j = 0;
    for (; j + kColumns <= s.out_width; j += kColumns)
      filter_pixels<K, S, kColumns, A>(s, image, taps, i, j, out);
    for (; j + 2 <= s.out_width; j += 2) filter_pixels<K, S, 2, A>(s, image, taps, i, j, out);
    for (; j < s.out_width; j++) filter_pixels<K, S, 1, A>(s, image, taps, i, j, out);
  }
}

// Taps of sixteen channels, tap by tap, and then their biases; `flipped` turns the kernel by half a
// turn.
void arrange(
  const float *weight, const float *bias, const Shape &s, int64_t block, bool flipped,
  float *taps) {
  const int64_t size = s.kernel * s.kernel;
  std::fill(taps, taps + (size + 1) * kLanes, 0.f);
  if (bias)
    for (int64_t c = 0; c < s.lanes(block); c++)
      taps[size * kLanes + c] = bias[block * kLanes + c];
  for (int64_t c = 0; c < s.lanes(block); c++)
    for (int64_t t = 0; t < size; t++)
      taps[(flipped ? size - 1 - t : t) * kLanes + c] =
        weight[(block * kLanes + c) * size + t];
}

template <Activation A, int K>
REGNAS_INLINE void forward_images(
  const Shape &s, std::integral_constant<int, K>, const float *input, const float *taps,
  int64_t chunk, float *output) {
  const int64_t last = std::min(s.batch, (chunk + 1) * kImagesPerPart);
  for (int64_t n = chunk * kImagesPerPart; n < last; n++) {
    const float *image = input + n * s.height * s.width * s.channels;
    float *out = output + n * s.out_height * s.out_width * s.channels;
    if (s.stride == 1)
      filter_image<K, 1, A>(s, image, taps, out);
    else
      filter_image<K, 2, A>(s, image, taps, out);
  }
}

// One instruction set each.
REGNAS_CLONES void forward_part_1(
  const Shape &s, Activation a, const float *x, const float *taps, int64_t chunk, float *y) {
  REGNAS_FOR_ACTIVATION(a, forward_images, s, std::integral_constant<int, 1>(), x, taps, chunk, y)
}
REGNAS_CLONES void forward_part_3(
  const Shape &s, Activation a, const float *x, const float *taps, int64_t chunk, float *y) {
  REGNAS_FOR_ACTIVATION(a, forward_images, s, std::integral_constant<int, 3>(), x, taps, chunk, y)
}
REGNAS_CLONES void forward_part_5(
  const Shape &s, Activation a, const float *x, const float *taps, int64_t chunk, float *y) {
  REGNAS_FOR_ACTIVATION(a, forward_images, s, std::integral_constant<int, 5>(), x, taps, chunk, y)
}
REGNAS_CLONES void forward_part_7(
  const Shape &s, Activation a, const float *x, const float *taps, int64_t chunk, float *y) {
  REGNAS_FOR_ACTIVATION(a, forward_images, s, std::integral_constant<int, 7>(), x, taps, chunk, y)
}

void forward_part(
  const Shape &s, Activation a, const float *x, const float *taps, int64_t chunk, float *y) {
  switch (s.kernel) {
    case 1: return forward_part_1(s, a, x, taps, chunk, y);
    case 3: return forward_part_3(s, a, x, taps, chunk, y);
    case 5: return forward_part_5(s, a, x, taps, chunk, y);
    default: return forward_part_7(s, a, x, taps, chunk, y);
  }
}

}  // namespace

std::vector<float> arrange_all(
  const at::Tensor &weight, const at::Tensor &bias, const Shape &s, bool flipped) {
  const int64_t size = taps_size(s);
  std::vector<float> taps(static_cast<size_t>(s.blocks() * size));
  for (int64_t block = 0; block < s.blocks(); block++)
    arrange(
      weight.data_ptr<float>(), bias.defined() ? bias.data_ptr<float>() : nullptr, s, block, flipped,
      taps.data() + block * size);
  return taps;
}

void filter_all(
  const Shape &s, Activation activation, const float *input, const std::vector<float> &taps,
  float *output) {
  parallel_parts(s.chunks(), [&](int64_t chunk) {
    forward_part(s, activation, input, taps.data(), chunk, output);
  });
}

}  // namespace regnas
