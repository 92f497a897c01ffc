// Winograd convolution F(4x4, 3x3) on the CPU: what is above the per-instruction-set parts of
// winograd_kernels.h. README.md of this folder tells how the blocking came about.
#pragma once

#include "ops/conv2d/winograd_tiles.h"

namespace impasto::conv2d_kernels {

// 3x3, stride 1, and large enough: with few channels or pixels the transforms cost more than they
// save.
Support supports_winograd(const Conv2dProblem&);

std::size_t forward_winograd_bytes(const WinogradIsa&, const Conv2dProblem&, int threads);
void forward_winograd(const WinogradIsa&, Context&, const Conv2dProblem&, const Conv2dForwardArgs&,
                      void* workspace);
std::size_t backward_data_winograd_bytes(const WinogradIsa&, const Conv2dProblem&, int threads);
void backward_data_winograd(const WinogradIsa&, Context&, const Conv2dProblem&,
                            const Conv2dBackwardDataArgs&, void* workspace);

// Transformed filters: blocks of block_channels() output channels, the last one of as many vectors
// as it needs, zeros behind the last channel; inside a block [point, ic, channel]. Computed in
// double, rounded once.
std::int64_t transformed_count(const WinogradIsa& isa, const FilterView& view);
void transform_filter(ThreadPool& threads, const WinogradIsa& isa, const FilterView& view,
                      float* transformed);

}  // namespace impasto::conv2d_kernels
