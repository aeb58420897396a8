// Parameters of which a network uses a leading slice, [0..<sizes[0], 0..<sizes[1], ...].
#pragma once

#include <CKernels/tensor.hpp>

namespace regnas {

// The leading slice of that shape, for one layer; with `in_channels_last`, of a filter in the memory order of
// images. Where gradients are recorded and `parameter` is a leaf, the gradient of the slice goes straight to
// that part of the parameter's. Elsewhere a view, unless the order in memory has to change.
at::Tensor leading_slice(
  const at::Tensor &parameter, at::IntArrayRef sizes, bool in_channels_last);

// The gradient that an operation which used the leading slice of `parameter` gives for it: `gradient` is
// that of the slice. For a leaf it is added to what the parameter has, in place, and an undefined one
// is returned, so that autograd has no gradient of full size to make, fill with zeros and add.
at::Tensor gradient_of_leading(const at::Tensor &parameter, const at::Tensor &gradient);

}  // namespace regnas
