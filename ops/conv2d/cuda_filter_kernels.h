// What GPU kernels of a filter's gradient are given, as cuda_kernels.h.
#pragma once

#include "ops/conv2d/cuda_kernels.h"

namespace impasto::conv2d_kernels {

// The gradient of a filter as a product of matrices, summed over `splits` runs of outputs.
struct GpuFilterGradient {
  GpuConvolution shape;
  const float* src = nullptr;   // [n, h, w, ic]
  const float* grad = nullptr;  // [n, oh, ow, oc]
  float* dst = nullptr;         // [oc, kh, kw, ic]
  float* partial = nullptr;     // [splits, oc, kh, kw, ic]; dst, where there is one
  int splits = 1;
  bool small = false;  // which tiles
};
// Filter elements and filters of a tile. Of an element's tap, channels are rounded up to 4.
struct FilterTileSize {
  int elements, filters;
};
inline constexpr FilterTileSize kLargeFilterTile{128, 64}, kSmallFilterTile{64, 32};
IMPASTO_GPU_DECLARE(void tiled_backward_filter(const GpuQueue&, const GpuFilterGradient&));
IMPASTO_GPU_DECLARE(void gemm_backward_filter(const GpuQueue&, const GpuFilterGradient&, GemmMath));

// dst[k] = the sum of partial[split, k], of float, or double when `wide`.
struct GpuFilterSums {
  const char* id = nullptr;  // of the launch
  const void* partial = nullptr;
  void* dst = nullptr;
  std::int64_t count = 0;
  int splits = 1;
  bool wide = false;
};
IMPASTO_GPU_DECLARE(void add_filter_sums(const GpuQueue&, const GpuFilterSums&));

}  // namespace impasto::conv2d_kernels
