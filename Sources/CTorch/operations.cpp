// Operations on tensors.
#include "internal.hpp"

#include <CKernels/leading.hpp>

using namespace regnas;

int rt_unary(rt_unary_op op, rt_tensor tensor, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&]() -> at::Tensor {
    const at::Tensor &a = tensor->value;
    switch (op) {
      case RT_NEG: return at::neg(a);
      case RT_EXP: return at::exp(a);
      case RT_LOG: return at::log(a);
      case RT_SQRT: return at::sqrt(a);
      case RT_ABS: return at::abs(a);
      case RT_TANH: return at::tanh(a);
      case RT_SIGMOID: return at::sigmoid(a);
      case RT_RELU: return at::relu(a);
      case RT_RELU6: return at::hardtanh(a, 0, 6);
      case RT_HARDSWISH: return at::hardswish(a);
      case RT_HARDSIGMOID: return at::hardsigmoid(a);
      case RT_DETACH: return a.detach();
      case RT_CLONE: return a.clone();
      case RT_CONTIGUOUS: return a.contiguous();
      case RT_CHANNELS_LAST: return channels_last(a);
      case RT_LOGICAL_NOT: return at::logical_not(a);
      case RT_ISFINITE: return at::isfinite(a);
      case RT_ZEROS_LIKE: return at::zeros_like(a);
    }
    TORCH_CHECK(false, "no such operation");
  });
}

int rt_binary(
  rt_binary_op op, rt_tensor left, rt_tensor right, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&]() -> at::Tensor {
    const at::Tensor &a = left->value;
    const at::Tensor &b = right->value;
    switch (op) {
      case RT_ADD: return at::add(a, b);
      case RT_SUB: return at::sub(a, b);
      case RT_MUL: return at::mul(a, b);
      case RT_DIV: return at::div(a, b);
      case RT_MATMUL: return at::matmul(a, b);
      case RT_MAXIMUM: return at::maximum(a, b);
      case RT_MINIMUM: return at::minimum(a, b);
      case RT_EQ: return at::eq(a, b);
      case RT_LT: return at::lt(a, b);
      case RT_GE: return at::ge(a, b);
    }
    TORCH_CHECK(false, "no such operation");
  });
}

int rt_scalar(
  rt_scalar_op op, rt_tensor tensor, double value, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&]() -> at::Tensor {
    const at::Tensor &a = tensor->value;
    switch (op) {
      case RT_ADD_SCALAR: return at::add(a, value);
      case RT_MUL_SCALAR: return at::mul(a, value);
      case RT_POW_SCALAR: return at::pow(a, value);
      case RT_CLAMP_MIN: return at::clamp_min(a, value);
      case RT_CLAMP_MAX: return at::clamp_max(a, value);
      case RT_EQ_SCALAR: return at::eq(a, value);
      case RT_GE_SCALAR: return at::ge(a, value);
    }
    TORCH_CHECK(false, "no such operation");
  });
}

int rt_inplace(
  rt_inplace_op op, rt_tensor target, rt_tensor other, double alpha, rt_message *error) {
  return guarded(error, [&] {
    at::Tensor &a = target->value;
    switch (op) {
      // Integer tensors take no fraction, not even 1.0.
      case RT_ADD_IN: alpha == 1 ? a.add_(other->value) : a.add_(other->value, alpha); return;
      case RT_MUL_IN: other ? a.mul_(other->value) : a.mul_(alpha); return;
      case RT_COPY_IN: a.copy_(other->value); return;
      case RT_ADDCMUL_IN: a.addcmul_(other->value, other->value, alpha); return;
      case RT_RELU_IN: at::relu_(a); return;
      case RT_RELU6_IN: at::hardtanh_(a, 0, 6); return;
      case RT_HARDSWISH_IN: at::hardswish_(a); return;
      case RT_HARDSIGMOID_IN: at::hardsigmoid_(a); return;
    }
    TORCH_CHECK(false, "no such operation");
  });
}

int rt_where(
  rt_tensor condition, rt_tensor a, rt_tensor b, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] { return at::where(condition->value, a->value, b->value); });
}

int rt_masked_fill(
  rt_tensor a, rt_tensor mask, double value, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] { return at::masked_fill(a->value, mask->value, value); });
}

int rt_reduce(
  rt_reduce_op op, rt_tensor tensor, const int64_t *dims, int count, bool keep, rt_tensor *out,
  rt_message *error) {
  return produce(out, error, [&]() -> at::Tensor {
    const at::Tensor &a = tensor->value;
    std::vector<int64_t> axes(dims, dims + count);
    if (axes.empty())
      for (int64_t i = 0; i < a.dim(); i++) axes.push_back(i);
    if (op == RT_ARGMAX || op == RT_SOFTMAX || op == RT_LOG_SOFTMAX)
      TORCH_CHECK(count == 1, "this operation takes one dimension");
    switch (op) {
      case RT_SUM: return at::sum(a, axes, keep);
      case RT_MEAN: return at::mean(a, axes, keep);
      case RT_AMAX: return at::amax(a, axes, keep);
      case RT_ARGMAX: return at::argmax(a, axes[0], keep);
      case RT_SOFTMAX: return at::softmax(a, axes[0]);
      case RT_LOG_SOFTMAX: return at::log_softmax(a, axes[0]);
    }
    TORCH_CHECK(false, "no such operation");
  });
}

int rt_shape(
  rt_shape_op op, rt_tensor tensor, const int64_t *values, int count, rt_tensor *out,
  rt_message *error) {
  return produce(out, error, [&]() -> at::Tensor {
    const at::Tensor &a = tensor->value;
    switch (op) {
      case RT_RESHAPE: return a.reshape(sizes(values, count));
      case RT_PERMUTE: return a.permute(sizes(values, count));
      case RT_EXPAND: return a.expand(sizes(values, count));
    }
    TORCH_CHECK(false, "no such operation");
  });
}

int rt_narrow(
  rt_tensor a, int64_t dimension, int64_t start, int64_t length, rt_tensor *out,
  rt_message *error) {
  return produce(out, error, [&] { return a->value.narrow(dimension, start, length); });
}

int rt_leading(
  rt_tensor parameter, const int64_t *shape, int rank, bool in_channels_last, rt_tensor *out,
  rt_message *error) {
  return produce(out, error, [&] {
    return leading_slice(parameter->value, sizes(shape, rank), in_channels_last);
  });
}

int rt_cat(
  const rt_tensor *tensors, int count, int64_t dimension, bool stack, rt_tensor *out,
  rt_message *error) {
  return produce(out, error, [&] {
    const auto values = list(tensors, count);
    return stack ? at::stack(values, dimension) : at::cat(values, dimension);
  });
}

int rt_index_select(
  rt_tensor a, int64_t dimension, rt_tensor index, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] { return at::index_select(a->value, dimension, index->value); });
}

int rt_gather(rt_tensor a, int64_t dimension, rt_tensor index, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] { return at::gather(a->value, dimension, index->value); });
}

int rt_to(rt_tensor a, int dtype, int device_index, rt_tensor *out, rt_message *error) {
  return produce(out, error, [&] {
    return a->value.to(device(device_index), static_cast<at::ScalarType>(dtype));
  });
}
