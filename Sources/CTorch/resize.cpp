// Resizing images.
#include "internal.hpp"

using namespace regnas;

int rt_resize(rt_tensor input, int64_t height, int64_t width, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    return at::_upsample_bilinear2d_aa(
      input->value, {height, width}, /*align_corners=*/false, c10::nullopt, c10::nullopt);
  });
}
