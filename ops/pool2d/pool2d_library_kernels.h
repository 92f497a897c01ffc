// Pools by cuDNN, in builds with it; contracts are in pool2d.h. Scratch memory is as the plan of a
// problem says: workspace_bytes of their entries is 0.
#pragma once

#include "ops/pool2d/pool2d.h"

namespace impasto::pool2d_kernels {

Support supports_forward_cudnn(const Pool2dProblem&);
Support supports_backward_cudnn(const Pool2dProblem&);
void forward_cudnn(Context&, const Pool2dProblem&, const Pool2dForwardArgs&, void*);
void backward_cudnn(Context&, const Pool2dProblem&, const Pool2dBackwardArgs&, void*);

}  // namespace impasto::pool2d_kernels
