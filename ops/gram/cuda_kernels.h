// Launchers of gram's CUDA kernels: plain structs, for nvcc and for the host.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::gram_kernels {

// The matrix of c x c is cut into square tiles, of which those on and above the diagonal are
// computed; the pixels are cut into slices. Both by the problem alone, so that the bits are always
// the same.
struct GramCut {
  static constexpr std::int64_t kSide = 64;
  std::int64_t tiles = 0;         // along a side
  std::int64_t pairs = 0;         // of tiles: tiles (tiles + 1) / 2
  std::int64_t slices = 0;        // of the pixels
  std::int64_t slice_pixels = 0;  // but for the last
};

struct GramForwardLaunch {
  std::int64_t n = 0, m = 0, c = 0;
  GramCut cut;
  double scale = 1;
  const float* features = nullptr;  // [n, m, c]
  float* partial = nullptr;         // [n, slices, pairs, 64, 64]
  float* gram = nullptr;            // [n, c, c]
};

struct GramBackwardLaunch {
  std::int64_t n = 0, m = 0, c = 0;
  float scale = 1;
  const float* features = nullptr;   // [n, m, c]
  const float* grad_gram = nullptr;  // [n, c, c]
  float* grad_features = nullptr;    // [n, m, c]
  bool accumulate = false;
};

IMPASTO_GPU_DECLARE(void forward_tiled(const GpuQueue&, const GramForwardLaunch&));
IMPASTO_GPU_DECLARE(void forward_mma(const GpuQueue&, const GramForwardLaunch&));
IMPASTO_GPU_DECLARE(void backward_tiled(const GpuQueue&, const GramBackwardLaunch&));
IMPASTO_GPU_DECLARE(void backward_mma(const GpuQueue&, const GramBackwardLaunch&));

}  // namespace impasto::gram_kernels
