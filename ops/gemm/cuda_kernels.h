// Launchers of gemm's CUDA kernels: plain structs, for nvcc and for the host.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::gemm_kernels {

template <class T>
struct GemmLaunch {
  std::int64_t m = 0, n = 0, k = 0;
  const T* a = nullptr;  // a[i, p] at i * a_row + p * a_step
  std::int64_t a_row = 0, a_step = 0;
  const T* b = nullptr;  // b[p, j] at p * b_step + j * b_col
  std::int64_t b_step = 0, b_col = 0;
  T* c = nullptr;  // [m, n]
  T alpha = 1;
};

IMPASTO_GPU_DECLARE(void tiled(const GpuQueue&, const GemmLaunch<float>&));
IMPASTO_GPU_DECLARE(void tiled_f64(const GpuQueue&, const GemmLaunch<double>&));
IMPASTO_GPU_DECLARE(void mma_tf32x3(const GpuQueue&, const GemmLaunch<float>&));

}  // namespace impasto::gemm_kernels
