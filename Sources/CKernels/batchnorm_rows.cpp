// The loops of batch norm over rows of pixels, an instance for each activation and instruction set.
#include "batchnorm_rows.hpp"

#include "activations.hpp"

namespace regnas {
namespace {

template <Activation A>
REGNAS_INLINE void normalize_rows(const float *x, int64_t rows, const Channels &p, float *y) {
  for_all_columns(p.count, REGNAS_KERNEL {
    Lanes scale[columns], shift[columns];
    for (int v = 0; v < columns; v++) {
      load(scale[v], p.scale.data() + first + v * kLanes, lanes);
      load(shift[v], p.shift.data() + first + v * kLanes, lanes);
    }
    for (int64_t at = first; at < rows * p.count; at += p.count)
      for (int v = 0; v < columns; v++) {
        Lanes z;
        load(z, x + at + v * kLanes, lanes);
        z = z * scale[v] + shift[v];
        activate<A>(z);
        store(y + at + v * kLanes, z, lanes);
      }
  });
}

// Sums over rows of the gradient of z, and of it times xhat.
template <Activation A>
REGNAS_INLINE void gradient_sums(
  const float *x, const float *dy, int64_t rows, const Channels &p, float *sum, float *product) {
  for_all_columns(p.count, REGNAS_KERNEL {
    Lanes scale[columns], shift[columns], spread[columns], centre[columns];
    Lanes s[columns]{}, q[columns]{};
    for (int v = 0; v < columns; v++) {
      const int64_t c = first + v * kLanes;
      load(scale[v], p.scale.data() + c, lanes);
      load(shift[v], p.shift.data() + c, lanes);
      load(spread[v], p.spread.data() + c, lanes);
      load(centre[v], p.centre.data() + c, lanes);
    }
    for (int64_t at = first; at < rows * p.count; at += p.count)
      for (int v = 0; v < columns; v++) {
        Lanes z, g;
        load(z, x + at + v * kLanes, lanes);
        load(g, dy + at + v * kLanes, lanes);
        activation_backward<A>(g, z * scale[v] + shift[v]);
        s[v] += g;
        q[v] += g * (z * spread[v] + centre[v]);
      }
    for (int v = 0; v < columns; v++) {
      store(sum + first + v * kLanes, s[v], lanes);
      store(product + first + v * kLanes, q[v], lanes);
    }
  });
}

// dx = scale * (dz - mean(dz) - xhat * mean(dz xhat)), with the means given per channel.
template <Activation A>
REGNAS_INLINE void gradient_rows(
  const float *x, const float *dy, int64_t rows, const Channels &p, const float *mean,
  const float *product, float *dx) {
  for_all_columns(p.count, REGNAS_KERNEL {
    for (int64_t at = first; at < rows * p.count; at += p.count)
      for (int v = 0; v < columns; v++) {
        const int64_t c = first + v * kLanes;
        Lanes scale, shift, spread, centre, m, k, z, g;
        load(scale, p.scale.data() + c, lanes);
        load(shift, p.shift.data() + c, lanes);
        load(spread, p.spread.data() + c, lanes);
        load(centre, p.centre.data() + c, lanes);
        load(m, mean + c, lanes);
        load(k, product + c, lanes);
        load(z, x + at + v * kLanes, lanes);
        load(g, dy + at + v * kLanes, lanes);
        activation_backward<A>(g, z * scale + shift);
        store(dx + at + v * kLanes, scale * (g - m - (z * spread + centre) * k), lanes);
      }
  });
}

}  // namespace

REGNAS_CLONES void normalize_block(
  Activation a, const float *x, int64_t rows, const Channels &p, float *y) {
  REGNAS_FOR_ACTIVATION(a, normalize_rows, x, rows, p, y)
}

REGNAS_CLONES void gradient_sums_block(
  Activation a, const float *x, const float *dy, int64_t rows, const Channels &p, float *sum,
  float *product) {
  REGNAS_FOR_ACTIVATION(a, gradient_sums, x, dy, rows, p, sum, product)
}

REGNAS_CLONES void gradient_block(
  Activation a, const float *x, const float *dy, int64_t rows, const Channels &p,
  const float *mean, const float *product, float *dx) {
  REGNAS_FOR_ACTIVATION(a, gradient_rows, x, dy, rows, p, mean, product, dx)
}

}  // namespace regnas
