// Winograd convolution F(m x m, 3x3) on the CPU: what is above the per-instruction-set parts of
// winograd_kernels.h. README.md of this folder tells how the blocking came about.
#pragma once

#include "ops/conv2d/winograd_tiles.h"

namespace impasto::conv2d_kernels {

// Up to which a filter may be kept as F(6x6) reads it: in f32 seven times as large as it was. The
// deep layers of VGG-19 have most of its weights and 40 % of its products.
inline constexpr std::size_t kMostFilterBytes = std::size_t{32} << 20;

struct WinogradFilter {
  std::size_t value_bytes = sizeof(float);
  std::size_t most_bytes = kMostFilterBytes;  // only of tiles larger than 4 x 4
};

// With tiles of `tile` x `tile` outputs. 3x3, stride 1, and large enough: with few channels or
// pixels the transforms cost more than they save. Forward, larger tiles than 4 x 4 are for mixed
// precision: a ReLU or a maximum that falls the other way changes the gradient by more than
// rounding does.
Support supports_winograd(const Conv2dProblem&, unsigned tile, WinogradFilter = {});
Support supports_forward_winograd(const Conv2dProblem&, unsigned tile);

std::size_t forward_winograd_bytes(const WinogradForm&, const Conv2dProblem&, int threads);
void forward_winograd(const WinogradForm&, Context&, const Conv2dProblem&, const Conv2dForwardArgs&,
                      void* workspace);
std::size_t backward_data_winograd_bytes(const WinogradForm&, const Conv2dProblem&, int threads);
void backward_data_winograd(const WinogradForm&, Context&, const Conv2dProblem&,
                            const Conv2dBackwardDataArgs&, void* workspace);

// Transformed filters: blocks of block_channels() output channels, the last one of as many vectors
// as it needs, zeros behind the last channel; inside a block [point, ic, channel]. Computed in
// double, rounded once.
std::int64_t transformed_count(const WinogradForm& form, const FilterView& view);
void transform_filter(ThreadPool& threads, const WinogradForm& form, const FilterView& view,
                      float* transformed);

}  // namespace impasto::conv2d_kernels
