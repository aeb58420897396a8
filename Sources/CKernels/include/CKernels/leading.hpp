// Parameters of which a network uses a leading slice.
#pragma once

#include "internal.hpp"

namespace regnas {

// The gradient that an operation which used the leading slice of `parameter` gives for it: `gradient` is
// that of the slice. For a leaf it is added to what the parameter has, in place, and an undefined one
// is returned, so that autograd has no gradient of full size to make, fill with zeros and add.
at::Tensor gradient_of_leading(const at::Tensor &parameter, const at::Tensor &gradient);

}  // namespace regnas
