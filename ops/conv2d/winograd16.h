// Backward-data by Winograd's algorithm with products of 16-bit integers, for mixed precision: the
// gradient comes out with a relative error of some thousandths instead of millionths, in little
// more than half the time. The forward pass stays f32, so ReLU and pools choose almost as they do
// there.
#pragma once

#include "ops/conv2d/winograd.h"

namespace impasto::conv2d_kernels {

Support supports_backward_data_winograd16(const Conv2dProblem&, unsigned tile);
std::size_t backward_data_winograd16_bytes(const WinogradForm&, const Conv2dProblem&, int threads);
void backward_data_winograd16(const WinogradForm&, Context&, const Conv2dProblem&,
                              const Conv2dBackwardDataArgs&, void* workspace);

}  // namespace impasto::conv2d_kernels
