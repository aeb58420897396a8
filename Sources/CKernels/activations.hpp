// Activations and their derivatives, sixteen values at a time.
#pragma once

#include "vectors.hpp"

#include "internal.hpp"

// Calls the instance of a template for an activation.
#define REGNAS_FOR_ACTIVATION(activation, function, ...)                                   \
  switch (activation) {                                                                    \
    case RT_IDENTITY_ACTIVATION: function<RT_IDENTITY_ACTIVATION>(__VA_ARGS__); break;     \
    case RT_RELU_ACTIVATION: function<RT_RELU_ACTIVATION>(__VA_ARGS__); break;             \
    case RT_RELU6_ACTIVATION: function<RT_RELU6_ACTIVATION>(__VA_ARGS__); break;           \
    case RT_HARDSWISH_ACTIVATION: function<RT_HARDSWISH_ACTIVATION>(__VA_ARGS__); break;   \
  }

namespace regnas {

template <rt_activation A>
REGNAS_INLINE void activate(Lanes &z) {
  const Lanes zero{}, six = zero + 6.f;
  if constexpr (A == RT_RELU_ACTIVATION) z = z > zero ? z : zero;
  if constexpr (A == RT_RELU6_ACTIVATION) {
    z = z > zero ? z : zero;
    z = z < six ? z : six;
  }
  if constexpr (A == RT_HARDSWISH_ACTIVATION) {
    Lanes gate = z + 3.f;
    gate = gate > zero ? gate : zero;
    gate = gate < six ? gate : six;
    z *= gate * (1.f / 6.f);
  }
}

// Turns the gradient of the activation of z into that of z; one-sided where it jumps as in libtorch.
template <rt_activation A>
REGNAS_INLINE void pull_back(Lanes &gradient, const Lanes &z) {
  const Lanes zero{}, three = zero + 3.f, six = zero + 6.f;
  if constexpr (A == RT_RELU_ACTIVATION) gradient = z > zero ? gradient : zero;
  if constexpr (A == RT_RELU6_ACTIVATION) {
    gradient = z > zero ? gradient : zero;
    gradient = z < six ? gradient : zero;
  }
  if constexpr (A == RT_HARDSWISH_ACTIVATION) {
    const Lanes middle = gradient * (z * (1.f / 3.f) + 0.5f);
    gradient = z <= three ? middle : gradient;
    gradient = z < -three ? zero : gradient;
  }
}

// In place and without autograd, of any tensor.
void activate_in_place(at::Tensor &values, rt_activation activation);

}  // namespace regnas
