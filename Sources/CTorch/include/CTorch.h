// A C interface to the part of libtorch that RegNAS uses, and to the kernels of its own (CKernels).
//
// A function that can fail returns 0, or 1 with `*error` set to a message that the caller frees with
// `rt_free_message`. No C++ exception crosses. Tensors, groups and scripts are handles that the caller owns,
// and frees with `rt_tensor_free`, `rt_group_free` and `rt_script_free`. Between calls nothing is kept but libtorch's own
// settings, some of which belong to a thread, and a profile while one is taken.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rt_tensor_s *rt_tensor;
typedef struct rt_group_s *rt_group;
typedef struct rt_script_s *rt_script;
typedef char *rt_message;

void rt_free_message(rt_message message);
void rt_tensor_free(rt_tensor tensor);

// Element types, in libtorch's own numbering (c10::ScalarType).
enum {
  RT_UINT8 = 0,
  RT_INT8 = 1,
  RT_INT32 = 3,
  RT_INT64 = 4,
  RT_FLOAT = 6,
  RT_DOUBLE = 7,
  RT_BOOL = 11,
  RT_BFLOAT16 = 15,
};

// Devices: -1 is the processor, N >= 0 is CUDA device N.

// Runtime.
const char *rt_build_version(void);
int rt_linked_configuration(char **text, rt_message *error);  // free with rt_free_message
int rt_configure(int threads, bool flush_denormals, rt_message *error);
int rt_threads(void);
// Sets how many threads libtorch uses for operations that the calling thread runs from now on.
// Takes next to no time, unlike `rt_configure`; meant to be set back soon.
void rt_switch_threads(int threads);
// Calls `body(context, i)` for i from 0 to parts - 1, once each, in any order, on as many threads
// as are set; libtorch computes each part on its thread alone.
void rt_parallel(int64_t parts, void (*body)(void *context, int64_t part), void *context);
void rt_set_grad_enabled(bool enabled);
bool rt_grad_enabled(void);
int rt_cuda_device_count(int *count, rt_message *error);
int rt_synchronize(int device, rt_message *error);
int rt_set_deterministic(bool enabled, rt_message *error);
// Whether a GPU may round the float32 inputs of products and convolutions to TF32. libtorch's own
// default lets convolutions do so.
int rt_set_tf32(bool enabled, rt_message *error);
// Lines of `seconds TAB calls TAB operation`, the time without that of operations it called; freed
// with rt_free_message. One profile at a time.
int rt_profile_start(rt_message *error);
int rt_profile_stop(char **text, rt_message *error);

// Groups: ranks that work on one batch and exchange what it needs. All ranks call the same operations in
// the same order, with tensors of equal types and shapes, and get the same results; an operation fails
// where they do not, and where another rank has failed or ended. Sums are taken in the order of ranks.
//
// Calls `body(context, group)` at the same time for each rank of a group of `size` threads. The
// body owns its handle. One that fails returns false, and then the others fail. Where that many
// threads are not available, `*ran` is false and nothing was run.
int rt_run_local_ranks(
  int size, bool (*body)(void *context, rt_group group), void *context, bool *ran,
  rt_message *error);
// The message of an operation that fails because another rank has.
const char *rt_failure_of_another_rank(void);
void rt_group_free(rt_group group);
int rt_group_rank(rt_group group);
int rt_group_size(rt_group group);
typedef enum { RT_REDUCE_SUM, RT_REDUCE_MAX } rt_reduction;
// Of float32, float64 or int64.
int rt_group_all_reduce(
  rt_group group, rt_tensor tensor, rt_reduction reduction, rt_tensor *out, rt_message *error);
// The values of rank `root`.
int rt_group_broadcast(
  rt_group group, rt_tensor tensor, int root, rt_tensor *out, rt_message *error);
// Those of all ranks, as many tensors as there are ranks. The first sizes may differ.
int rt_group_all_gather(rt_group group, rt_tensor tensor, rt_tensor *out, rt_message *error);
int rt_group_barrier(rt_group group, rt_message *error);

// Making tensors and reading them.
int rt_from_bytes(
  const void *bytes, size_t byte_count, int dtype, const int64_t *shape, int rank, int device,
  rt_tensor *out, rt_message *error);
int rt_full(
  double value, int dtype, const int64_t *shape, int rank, int device, rt_tensor *out,
  rt_message *error);
int rt_arange(int64_t count, int device, rt_tensor *out, rt_message *error);
// Copies the elements in logical (row-major) order.
int rt_copy_out(rt_tensor tensor, void *bytes, size_t byte_count, rt_message *error);
// The shape, `*rank` sizes, which live as long as the tensor.
const int64_t *rt_sizes(rt_tensor tensor, int *rank);
int rt_dtype(rt_tensor tensor);
int rt_device(rt_tensor tensor);
bool rt_is_channels_last(rt_tensor tensor);
const void *rt_data(rt_tensor tensor);

// Autograd.
bool rt_requires_grad(rt_tensor tensor);
int rt_set_requires_grad(rt_tensor tensor, bool value, rt_message *error);
int rt_backward(rt_tensor tensor, rt_tensor gradient, rt_message *error);
int rt_grad(rt_tensor tensor, rt_tensor *out, rt_message *error);  // *out null where there is none
int rt_clear_grad(rt_tensor tensor, rt_message *error);

// A step of gradient descent with Nesterov's momentum for all parameters that have a gradient,
// which is then cleared.
int rt_sgd_step(
  const rt_tensor *parameters, const rt_tensor *velocities, const double *decays, int count,
  double rate, double momentum, rt_message *error);
// Multiplies all gradients by `factor`.
int rt_scale_gradients(
  const rt_tensor *parameters, int count, double factor, rt_message *error);
// averages = kept * averages + (1 - kept) * values.
int rt_move_averages(
  const rt_tensor *averages, const rt_tensor *values, int count, double kept, rt_message *error);
// Adds the gradients of `from` to those of `to`, of equal shapes, and clears those of `from`.
int rt_add_gradients(
  const rt_tensor *to, const rt_tensor *from, int count, rt_message *error);
// The norm of all gradients together; not a number where one of `losses`, scalars, is not finite.
int rt_gradient_norm(
  const rt_tensor *parameters, int count, const rt_tensor *losses, int loss_count, double *norm,
  rt_message *error);

// Operations of one, two and three tensors.
typedef enum {
  RT_NEG, RT_EXP, RT_LOG, RT_SQRT, RT_ABS, RT_TANH, RT_SIGMOID, RT_RELU, RT_RELU6, RT_HARDSWISH,
  RT_HARDSIGMOID, RT_DETACH, RT_CLONE, RT_CONTIGUOUS, RT_CHANNELS_LAST, RT_LOGICAL_NOT, RT_ISFINITE,
  RT_ZEROS_LIKE
} rt_unary_op;
int rt_unary(rt_unary_op op, rt_tensor a, rt_tensor *out, rt_message *error);

typedef enum {
  RT_ADD, RT_SUB, RT_MUL, RT_DIV, RT_MATMUL, RT_MAXIMUM, RT_MINIMUM, RT_EQ, RT_LT, RT_GE
} rt_binary_op;
int rt_binary(rt_binary_op op, rt_tensor a, rt_tensor b, rt_tensor *out, rt_message *error);

typedef enum {
  RT_ADD_SCALAR, RT_MUL_SCALAR, RT_POW_SCALAR, RT_CLAMP_MIN, RT_CLAMP_MAX, RT_EQ_SCALAR, RT_GE_SCALAR
} rt_scalar_op;
int rt_scalar(rt_scalar_op op, rt_tensor a, double value, rt_tensor *out, rt_message *error);

typedef enum {
  RT_ADD_IN, RT_MUL_IN, RT_COPY_IN, RT_ADDCMUL_IN, RT_RELU_IN, RT_RELU6_IN, RT_HARDSWISH_IN,
  RT_HARDSIGMOID_IN
} rt_inplace_op;
// a += alpha b;  a *= b;  a = b;  a += alpha b b;  a = activation(a).
// b may be null for a *= alpha (RT_MUL_IN), and is for activations.
int rt_inplace(rt_inplace_op op, rt_tensor a, rt_tensor b, double alpha, rt_message *error);
int rt_where(rt_tensor condition, rt_tensor a, rt_tensor b, rt_tensor *out, rt_message *error);
int rt_masked_fill(
  rt_tensor a, rt_tensor mask, double value, rt_tensor *out, rt_message *error);

typedef enum { RT_SUM, RT_MEAN, RT_AMAX, RT_ARGMAX, RT_SOFTMAX, RT_LOG_SOFTMAX } rt_reduce_op;
// Over `dims`; none means all. ARGMAX, SOFTMAX and LOG_SOFTMAX take exactly one.
int rt_reduce(
  rt_reduce_op op, rt_tensor a, const int64_t *dims, int count, bool keep, rt_tensor *out,
  rt_message *error);

typedef enum { RT_RESHAPE, RT_PERMUTE, RT_EXPAND } rt_shape_op;
int rt_shape(
  rt_shape_op op, rt_tensor a, const int64_t *sizes, int count, rt_tensor *out, rt_message *error);
int rt_narrow(
  rt_tensor a, int64_t dimension, int64_t start, int64_t length, rt_tensor *out,
  rt_message *error);
// The leading slice of that shape. Where gradients are recorded and `a` is a leaf, the slice's
// gradient goes straight to that part of `a`'s; elsewhere a view, unless the order in memory has to
// change.
int rt_leading(
  rt_tensor a, const int64_t *shape, int rank, bool channels_last, rt_tensor *out,
  rt_message *error);
int rt_cat(
  const rt_tensor *tensors, int count, int64_t dimension, bool stack, rt_tensor *out,
  rt_message *error);
int rt_index_select(
  rt_tensor a, int64_t dimension, rt_tensor index, rt_tensor *out, rt_message *error);
int rt_gather(rt_tensor a, int64_t dimension, rt_tensor index, rt_tensor *out, rt_message *error);
int rt_to(
  rt_tensor a, int dtype, int device, rt_tensor *out, rt_message *error);

// Layers. Null tensors stand for absent ones.
typedef enum {
  RT_IDENTITY_ACTIVATION, RT_RELU_ACTIVATION, RT_RELU6_ACTIVATION, RT_HARDSWISH_ACTIVATION
} rt_activation;
int rt_conv2d(
  rt_tensor input, rt_tensor weight, rt_tensor bias, int64_t stride, int64_t padding,
  int64_t groups, rt_tensor *out, rt_message *error);
// The same function with kernels of our own where libtorch's are slow. With `rounded`, dense ones take their
// float32 inputs and gradients rounded to bfloat16.
int rt_fast_conv2d(
  rt_tensor input, rt_tensor weight, rt_tensor bias, int64_t stride, int64_t padding,
  int64_t groups, bool rounded, rt_tensor *out, rt_message *error);
// The same by the ways that are taken on a GPU, on any device.
int rt_gpu_conv2d(
  rt_tensor input, rt_tensor weight, rt_tensor bias, int64_t stride, int64_t padding,
  int64_t groups, rt_tensor *out, rt_message *error);
// The same and then an activation, without autograd: what evaluation runs.
int rt_conv2d_activation(
  rt_tensor input, rt_tensor weight, rt_tensor bias, int64_t stride, int64_t padding,
  int64_t groups, rt_activation activation, rt_tensor *out, rt_message *error);
// input * hard_sigmoid(expand(relu(reduce(mean of input's pixels)))), as one operation where that fits; weights
// are [out, in, 1, 1].
int rt_squeeze_excitation(
  rt_tensor input, rt_tensor reduce_weight, rt_tensor reduce_bias, rt_tensor expand_weight,
  rt_tensor expand_bias, rt_tensor *out, rt_message *error);
int rt_linear(
  rt_tensor input, rt_tensor weight, rt_tensor bias, rt_tensor *out, rt_message *error);
int rt_batch_norm(
  rt_tensor input, rt_tensor weight, rt_tensor bias, rt_tensor running_mean,
  rt_tensor running_var, bool training, double momentum, double epsilon, rt_tensor *out,
  rt_message *error);
// Training batch norm and then an activation, as one operation where that fits. Vectors may have more
// channels than the input: the leading ones are used. `batches`, an int64 or null, is counted up. With a
// group, or null, the input is this rank's part of a batch, and the statistics are those of the whole.
int rt_batch_norm_activation(
  rt_tensor input, rt_tensor weight, rt_tensor bias, rt_tensor running_mean,
  rt_tensor running_var, rt_tensor batches, double momentum, double epsilon,
  rt_activation activation, rt_group group, rt_tensor *out, rt_message *error);
// The same in place, without autograd and groups; also the batch's mean and biased variance.
int rt_batch_norm_in(
  rt_tensor input, rt_tensor weight, rt_tensor bias, double epsilon, rt_activation activation,
  rt_tensor *mean, rt_tensor *variance, rt_message *error);
// Mean and biased variance over all dimensions but 1.
int rt_channel_moments(
  rt_tensor input, rt_tensor *mean, rt_tensor *variance, rt_message *error);
int rt_max_pool2d(
  rt_tensor input, int64_t kernel, int64_t stride, int64_t padding, rt_tensor *out,
  rt_message *error);
// Bilinear with antialiasing, of [batch, channels, height, width].
int rt_resize(
  rt_tensor input, int64_t height, int64_t width, rt_tensor *out, rt_message *error);
int rt_avg_pool2d(
  rt_tensor input, int64_t kernel, int64_t stride, rt_tensor *out, rt_message *error);

// TorchScript. `*is_interpreter` tells what fails: 0 for the file or a tensor operation of libtorch, 1
// for the compiler or the interpreter of the module's code.
void rt_script_free(rt_script module);
// From the bytes of a file, to the processor, set to evaluation.
int rt_script_load(
  const void *bytes, size_t byte_count, rt_script *out, int *is_interpreter, rt_message *error);
// Without autograd. Where the module gives something other than a tensor, `*out` is null and `*other`
// the name of its type, freed with rt_free_message.
int rt_script_forward(
  rt_script module, rt_tensor input, rt_tensor *out, char **other, int *is_interpreter,
  rt_message *error);
// A module without content, whose class has that name; then what it consists of; then its methods, as
// source; then its bytes, freed with rt_free_message. Tensors are not copied. The extra file may be null.
int rt_script_new(const char *name, rt_script *out, rt_message *error);
int rt_script_add_tensor(
  rt_script module, const char *name, rt_tensor tensor, bool is_parameter, rt_message *error);
int rt_script_add_module(rt_script module, const char *name, rt_script child, rt_message *error);
int rt_script_define(rt_script module, const char *source, rt_message *error);
int rt_script_save(
  rt_script module, const char *extra_name, const char *extra_text, char **bytes, size_t *byte_count,
  rt_message *error);

#ifdef __cplusplus
}
#endif
