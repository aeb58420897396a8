// Mean and variance per channel of channels-last float32 maps, in one pass over memory.
//
// libtorch's `var_mean` took four times the convolutions' time on such maps. Here each block of rows
// is summed in float32 relative to its own first row, which keeps cancellation small, and blocks are
// merged in float64 (Chan, Golub and LeVeque, 1983). Blocks do not depend on the number of threads,
// so neither does the result.
#include <CKernels/moments.hpp>

#include "vectors.hpp"

#include <CKernels/threads.hpp>

#include <algorithm>
#include <utility>

namespace regnas {
namespace {

constexpr int64_t kRowsPerBlock = 64;

// Sums, and sums of squares, of the differences from the first row.
REGNAS_CLONES void block_sums(
  const float *origin, int64_t rows, int64_t channels, float *sum, float *square) {
  for_all_columns(channels, REGNAS_KERNEL {
    Lanes start[columns], s[columns]{}, q[columns]{}, x;
    for (int v = 0; v < columns; v++) load(start[v], origin + first + v * kLanes, lanes);
    for (int64_t at = first; at < rows * channels; at += channels)
      for (int v = 0; v < columns; v++) {
        load(x, origin + at + v * kLanes, lanes);
        x -= start[v], s[v] += x, q[v] += x * x;
      }
    for (int v = 0; v < columns; v++) {
      store(sum + first + v * kLanes, s[v], lanes);
      store(square + first + v * kLanes, q[v], lanes);
    }
  });
}

// Adds a block of `n` rows to the means, and the sums of squares about them, of the rows before.
REGNAS_CLONES void merge_block(
  const float *origin, const float *sum, const float *square, int64_t channels, double before,
  double n, double *mean, double *squares) {
  const double per_row = 1 / n, share = n / (before + n), both = before * share;
  for (int64_t c = 0; c < channels; c++) {
    const double block_sum = sum[c];
    const double block_squares = std::max(0.0, square[c] - block_sum * block_sum * per_row);
    const double delta = origin[c] + block_sum * per_row - mean[c];
    mean[c] += delta * share;
    squares[c] += block_squares + delta * delta * both;
  }
}

}  // namespace

Moments moments_of_rows(const float *values, int64_t rows, int64_t channels) {
  const int64_t blocks = (rows + kRowsPerBlock - 1) / kRowsPerBlock;
  std::vector<float> sums(static_cast<size_t>(2 * blocks * channels));
  parallel_parts(blocks, [&](int64_t block) {
    const int64_t start = block * kRowsPerBlock;
    float *sum = sums.data() + 2 * block * channels;
    block_sums(
      values + start * channels, std::min(kRowsPerBlock, rows - start), channels, sum,
      sum + channels);
  });
  Moments result;
  result.mean.assign(static_cast<size_t>(channels), 0);
  result.variance.assign(static_cast<size_t>(channels), 0);
  for (int64_t block = 0; block < blocks; block++) {
    const int64_t start = block * kRowsPerBlock;
    const float *sum = sums.data() + 2 * block * channels;
    merge_block(
      values + start * channels, sum, sum + channels, channels, static_cast<double>(start),
      static_cast<double>(std::min(kRowsPerBlock, rows - start)), result.mean.data(),
      result.variance.data());
  }
  for (double &value : result.variance) value /= static_cast<double>(rows);
  return result;
}

at::Tensor float_vector(const std::vector<double> &values) {
  auto result = at::empty({static_cast<int64_t>(values.size())}, at::kFloat);
  std::transform(values.begin(), values.end(), result.data_ptr<float>(), [](double value) {
    return static_cast<float>(value);
  });
  return result;
}

std::pair<at::Tensor, at::Tensor> channel_moments(const at::Tensor &a) {
  const bool recorded = at::GradMode::is_enabled() && a.requires_grad();
  if (!recorded && is_float_channels_last(a)) {
    const auto moments = moments_of_rows(a.data_ptr<float>(), a.numel() / a.size(1), a.size(1));
    return {float_vector(moments.mean), float_vector(moments.variance)};
  }
  std::vector<int64_t> axes;
  for (int64_t i = 0; i < a.dim(); i++)
    if (i != 1) axes.push_back(i);
  auto both = at::var_mean(a, axes, /*unbiased=*/false);
  return {std::get<1>(both), std::get<0>(both)};
}

}  // namespace regnas
