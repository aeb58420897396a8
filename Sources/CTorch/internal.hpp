// What the shim's source files share.
#pragma once

#include <CKernels/group.hpp>
#include <CKernels/tensor.hpp>

#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "include/CTorch.h"

struct rt_tensor_s {
  at::Tensor value;
};

struct rt_group_s {
  c10::intrusive_ptr<regnas::Group> value;
};

namespace regnas {

inline int fail(rt_message *error, const std::string &text) {
  if (error) *error = strdup(text.c_str());
  return 1;
}

// Runs `body` and turns whatever it throws into a status and a message.
template <class Body>
int guarded(rt_message *error, Body body) {
  try {
    body();
    return 0;
  } catch (const c10::Error &e) {
    return fail(error, e.what_without_backtrace());
  } catch (const std::exception &e) {
    return fail(error, e.what());
  } catch (...) {
    return fail(error, "an unknown C++ exception");
  }
}

// Runs `body`, which returns a tensor, and hands that out.
template <class Body>
int produce(rt_tensor *out, rt_message *error, Body body) {
  return guarded(error, [&] { *out = new rt_tensor_s{body()}; });
}

inline at::Tensor optional(rt_tensor tensor) { return tensor ? tensor->value : at::Tensor(); }

inline at::Device device(int index) {
  return index < 0 ? at::Device(at::kCPU)
                   : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

inline std::vector<at::Tensor> list(const rt_tensor *tensors, int count) {
  std::vector<at::Tensor> result;
  result.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; i++) result.push_back(tensors[i]->value);
  return result;
}

inline at::IntArrayRef sizes(const int64_t *values, int count) {
  return at::IntArrayRef(values, static_cast<size_t>(count));
}

}  // namespace regnas
