// Kernels of 2x2 pooling, one declaration each; contracts are in pool2d.h.
#pragma once

#include "ops/pool2d/pool2d.h"

namespace impasto::pool2d_kernels {

void forward_reference(Context&, const Pool2dProblem&, const Pool2dForwardArgs&, void*);
void backward_reference(Context&, const Pool2dProblem&, const Pool2dBackwardArgs&, void*);

void forward_vector(Context&, const Pool2dProblem&, const Pool2dForwardArgs&, void*);
void backward_vector(Context&, const Pool2dProblem&, const Pool2dBackwardArgs&, void*);

Support fits_cuda(const Pool2dProblem&);
void forward_cuda(Context&, const Pool2dProblem&, const Pool2dForwardArgs&, void*);
void backward_cuda(Context&, const Pool2dProblem&, const Pool2dBackwardArgs&, void*);

}  // namespace impasto::pool2d_kernels
