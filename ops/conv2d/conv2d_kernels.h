// Kernels of conv2d, one declaration each; contracts are in conv2d.h.
#pragma once

#include "ops/conv2d/conv2d.h"

namespace impasto::conv2d_kernels {

void forward_reference(Context&, const Conv2dProblem&, const Conv2dForwardArgs&, void*);
void backward_data_reference(Context&, const Conv2dProblem&, const Conv2dBackwardDataArgs&, void*);
void backward_filter_reference(Context&, const Conv2dProblem&, const Conv2dBackwardFilterArgs&,
                               void*);

}  // namespace impasto::conv2d_kernels
