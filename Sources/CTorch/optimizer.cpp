// What an optimiser does to all parameters.
#include "internal.hpp"

#include <CKernels/optimizer.hpp>

using namespace regnas;

int rt_sgd_step(
  const rt_tensor *parameters, const rt_tensor *velocities, const double *decays, int count,
  double rate, double momentum, rt_message *error) {
  return guarded(error, [&] {
    sgd_step(list(parameters, count), list(velocities, count), decays, rate, momentum);
  });
}

int rt_scale_gradients(
  const rt_tensor *parameters, int count, double factor, rt_message *error) {
  return guarded(error, [&] { scale_gradients(list(parameters, count), factor); });
}

int rt_move_averages(
  const rt_tensor *averages, const rt_tensor *values, int count, double kept, rt_message *error) {
  return guarded(error, [&] { move_averages(list(averages, count), list(values, count), kept); });
}

int rt_add_gradients(
  const rt_tensor *to, const rt_tensor *from, int count, rt_message *error) {
  return guarded(error, [&] { add_gradients(list(to, count), list(from, count)); });
}

int rt_gradient_norm(
  const rt_tensor *parameters, int count, const rt_tensor *losses, int loss_count, double *norm,
  rt_message *error) {
  return guarded(error, [&] {
    *norm = gradient_norm(list(parameters, count), list(losses, loss_count));
  });
}
