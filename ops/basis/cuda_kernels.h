// Launchers of basis' CUDA kernels: plain structs, for nvcc and for the host.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::basis_kernels {

// Vectors of one launch: their addresses are parameters of the kernel, of which there are 4 KiB. So
// L-BFGS with up to 238 pairs has all of its vectors in one.
inline constexpr int kMaxVectors = 480;
inline constexpr int kMaxWith = 8;
inline constexpr int kMaxParameterBytes = 4096;

// products[r, c] of some of the rows, for `cols` vectors on the other side.
template <class T>
struct DotLaunch {
  std::int64_t count = 0;  // elements of a vector
  int rows = 0, cols = 0;
  const T* vectors[kMaxVectors] = {};
  const T* with[kMaxWith] = {};
  const double* active = nullptr;  // [rows]; nullptr: all are
  std::int64_t pieces = 0;         // of a vector
  double* partial = nullptr;       // [rows, cols, pieces]
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
  const double* weights = nullptr;  // [rows]
  const double* before = nullptr;   // [count]; nullptr: begin with 0
  double* after = nullptr;          // [count]; nullptr: this is the last launch
  T* dst = nullptr;
};

// slots[index - first] = src, where that is one of these slots.
template <class T>
struct StoreLaunch {
  std::int64_t count = 0;
  std::int64_t first = 0;
  int rows = 0;
  bool aligned = false;  // do src and all slots begin where packs may?
  T* slots[kMaxVectors] = {};
  const double* index = nullptr;
  const T* src = nullptr;
};

static_assert(sizeof(DotLaunch<float>) <= kMaxParameterBytes);
static_assert(sizeof(CombineLaunch<float>) <= kMaxParameterBytes);
static_assert(sizeof(StoreLaunch<float>) <= kMaxParameterBytes);

IMPASTO_GPU_DECLARE(void dot_f32(const GpuQueue&, const DotLaunch<float>&));
IMPASTO_GPU_DECLARE(void dot_f64(const GpuQueue&, const DotLaunch<double>&));
IMPASTO_GPU_DECLARE(void combine_f32(const GpuQueue&, const CombineLaunch<float>&));
IMPASTO_GPU_DECLARE(void combine_f64(const GpuQueue&, const CombineLaunch<double>&));
IMPASTO_GPU_DECLARE(void store_f32(const GpuQueue&, const StoreLaunch<float>&));
IMPASTO_GPU_DECLARE(void store_f64(const GpuQueue&, const StoreLaunch<double>&));

}  // namespace impasto::basis_kernels
