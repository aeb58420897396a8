// Making tensors, reading them, and autograd.
#include "internal.hpp"

using namespace regnas;

void rt_free_message(rt_message message) { free(message); }

void rt_tensor_free(rt_tensor tensor) { delete tensor; }

int rt_from_bytes(
  const void *bytes, size_t byte_count, int dtype, const int64_t *shape, int rank, int device_index,
  rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    auto type = static_cast<at::ScalarType>(dtype);
    // From pinned memory the copy to a GPU goes on while the program does.
    const bool pinned = device_index >= 0;
    auto tensor =
      at::empty(sizes(shape, rank), at::TensorOptions().dtype(type).pinned_memory(pinned));
    TORCH_CHECK(
      tensor.nbytes() == byte_count, "the shape needs ", tensor.nbytes(), " bytes, not ",
      byte_count);
    if (byte_count > 0) std::memcpy(tensor.data_ptr(), bytes, byte_count);
    return device_index < 0 ? tensor : tensor.to(device(device_index), /*non_blocking=*/true);
  });
}

int rt_full(
  double value, int dtype, const int64_t *shape, int rank, int device_index, rt_tensor *out,
  rt_message *error) {
  return produce(out, error, [&] {
    return at::full(
      sizes(shape, rank), value,
      at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)).device(device(device_index)));
  });
}

int rt_arange(int64_t count, int device_index, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    return at::arange(count, at::TensorOptions().dtype(at::kLong).device(device(device_index)));
  });
}

int rt_copy_out(rt_tensor tensor, void *bytes, size_t byte_count, rt_message *error) {
  return guarded(error, [&] {
    auto source = tensor->value.detach().to(at::kCPU).contiguous();
    TORCH_CHECK(
      source.nbytes() == byte_count, "the tensor has ", source.nbytes(), " bytes, not ",
      byte_count);
    if (byte_count > 0) std::memcpy(bytes, source.data_ptr(), byte_count);
  });
}

const int64_t *rt_sizes(rt_tensor tensor, int *rank) {
  const auto sizes = tensor->value.sizes();
  *rank = static_cast<int>(sizes.size());
  return sizes.data();
}

int rt_dtype(rt_tensor tensor) { return static_cast<int>(tensor->value.scalar_type()); }

int rt_device(rt_tensor tensor) {
  return tensor->value.is_cuda() ? tensor->value.device().index() : -1;
}

bool rt_is_channels_last(rt_tensor tensor) {
  return tensor->value.is_contiguous(at::MemoryFormat::ChannelsLast);
}

const void *rt_data(rt_tensor tensor) { return tensor->value.data_ptr(); }

bool rt_requires_grad(rt_tensor tensor) { return tensor->value.requires_grad(); }

int rt_set_requires_grad(rt_tensor tensor, bool value, rt_message *error) {
  return guarded(error, [&] { tensor->value.requires_grad_(value); });
}

int rt_backward(rt_tensor tensor, rt_tensor gradient, rt_message *error) {
  return guarded(error, [&] {
    if (gradient) {
      tensor->value.backward(gradient->value);
    } else {
      tensor->value.backward();
    }
  });
}

int rt_grad(rt_tensor tensor, rt_tensor *out, rt_message *error) {
  return guarded(error, [&] {
    const auto &gradient = tensor->value.grad();
    *out = gradient.defined() ? new rt_tensor_s{gradient} : nullptr;
  });
}

int rt_clear_grad(rt_tensor tensor, rt_message *error) {
  return guarded(error, [&] { tensor->value.mutable_grad().reset(); });
}
