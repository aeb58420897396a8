// What an optimiser does to all parameters.
#include "internal.hpp"

#include <CKernels/optimizer.hpp>

using namespace regnas;

int rt_sgd_step(
  const rt_tensor *parameters, const rt_tensor *velocities, const double *decays, int count,
  double rate, double momentum, rt_message *error) {
  return guarded(error, [&] {
    for (int i = 0; i < count; i++)
      sgd_step(parameters[i]->value, velocities[i]->value, decays[i], rate, momentum);
  });
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
