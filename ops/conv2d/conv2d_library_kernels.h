// Convolutions by cuDNN, in builds with it; contracts are in conv2d.h. They take scratch memory as
// the plan of a problem says, which is made when it is met: workspace_bytes of their entries is 0.
#pragma once

#include "ops/conv2d/conv2d.h"

namespace impasto::conv2d_kernels {

Support supports_cudnn(const Conv2dProblem&);
void forward_cudnn_f32(Context&, const Conv2dProblem&, const Conv2dForwardArgs&, void*);
void forward_cudnn_tf32(Context&, const Conv2dProblem&, const Conv2dForwardArgs&, void*);
void backward_data_cudnn_f32(Context&, const Conv2dProblem&, const Conv2dBackwardDataArgs&, void*);
void backward_data_cudnn_tf32(Context&, const Conv2dProblem&, const Conv2dBackwardDataArgs&, void*);
void backward_filter_cudnn_f32(Context&, const Conv2dProblem&, const Conv2dBackwardFilterArgs&,
                               void*);
void backward_filter_cudnn_tf32(Context&, const Conv2dProblem&, const Conv2dBackwardFilterArgs&,
                                void*);

}  // namespace impasto::conv2d_kernels
