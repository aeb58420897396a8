// Activations and their derivatives, sixteen values at a time.
#pragma once

#include "vectors.hpp"

#include <CKernels/activation.hpp>

// Calls the instance of a template for an activation.
#define REGNAS_FOR_ACTIVATION(activation, function, ...)                               \
  switch (activation) {                                                                \
    case Activation::identity: function<Activation::identity>(__VA_ARGS__); break;     \
    case Activation::relu: function<Activation::relu>(__VA_ARGS__); break;             \
    case Activation::relu6: function<Activation::relu6>(__VA_ARGS__); break;           \
    case Activation::hard_swish: function<Activation::hard_swish>(__VA_ARGS__); break; \
  }

namespace regnas {

template <Activation A>
REGNAS_INLINE void activate(Lanes &z) {
  const Lanes zero{}, six = zero + 6.f;
  if constexpr (A == Activation::relu) z = z > zero ? z : zero;
  if constexpr (A == Activation::relu6) {
    z = z > zero ? z : zero;
    z = z < six ? z : six;
  }
  if constexpr (A == Activation::hard_swish) {
    Lanes gate = z + 3.f;
    gate = gate > zero ? gate : zero;
    gate = gate < six ? gate : six;
    z *= gate * (1.f / 6.f);
  }
}

// Turns the gradient with respect to the activation of z into that with respect to z. Where the derivative
// jumps it is the side that libtorch takes.
template <Activation A>
REGNAS_INLINE void activation_backward(Lanes &gradient, const Lanes &z) {
  const Lanes zero{}, three = zero + 3.f, six = zero + 6.f;
  if constexpr (A == Activation::relu) gradient = z > zero ? gradient : zero;
  if constexpr (A == Activation::relu6) {
    gradient = z > zero ? gradient : zero;
    gradient = z < six ? gradient : zero;
  }
  if constexpr (A == Activation::hard_swish) {
    const Lanes middle = gradient * (z * (1.f / 3.f) + 0.5f);
    gradient = z <= three ? middle : gradient;
    gradient = z < -three ? zero : gradient;
  }
}

}  // namespace regnas
