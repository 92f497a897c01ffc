// Launchers of basis' CUDA kernels: plain structs, for nvcc and for the host.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::basis_kernels {

inline constexpr int kMaxVectors = 224;  // of one launch: a kernel has 4 KiB of parameters
inline constexpr int kMaxWith = 8;

// products[r, c] of some of the rows, for `cols` vectors on the other side.
template <class T>
struct DotLaunch {
  std::int64_t count = 0;  // elements of a vector
  int rows = 0, cols = 0;
  const T* vectors[kMaxVectors] = {};
  const T* with[kMaxWith] = {};
  std::int64_t pieces = 0;    // of a vector
  double* partial = nullptr;  // [rows, cols, pieces]
  double* products = nullptr;
  std::int64_t row_step = 0;  // between rows of products
};

// dst = what the sums hold, when there are any, + sum of weights[r] vectors[r]; to sums unless
// last.
template <class T>
struct CombineLaunch {
  std::int64_t count = 0;
  int rows = 0;
  const T* vectors[kMaxVectors] = {};
  double weights[kMaxVectors] = {};
  const double* before = nullptr;  // [count]; nullptr: begin with 0
  double* after = nullptr;         // [count]; nullptr: this is the last launch
  T* dst = nullptr;
};

IMPASTO_GPU_DECLARE(void dot_f32(const GpuQueue&, const DotLaunch<float>&));
IMPASTO_GPU_DECLARE(void dot_f64(const GpuQueue&, const DotLaunch<double>&));
IMPASTO_GPU_DECLARE(void combine_f32(const GpuQueue&, const CombineLaunch<float>&));
IMPASTO_GPU_DECLARE(void combine_f64(const GpuQueue&, const CombineLaunch<double>&));

}  // namespace impasto::basis_kernels
