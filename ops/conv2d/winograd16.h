// Backward-data by Winograd's algorithm with products of 16-bit integers, for mixed precision: the
// gradient comes out with a relative error near 1e-3 instead of 1e-6, in little more than half the
// time. The forward pass stays f32, so what ReLU and pools choose is what they choose in f32.
#pragma once

#include "ops/conv2d/winograd.h"

namespace impasto::conv2d_kernels {

Support supports_backward_data_winograd16(const Conv2dProblem&);
std::size_t backward_data_winograd16_bytes(const Conv2dProblem&, int threads);
void backward_data_winograd16(Context&, const Conv2dProblem&, const Conv2dBackwardDataArgs&,
                              void* workspace);

}  // namespace impasto::conv2d_kernels
