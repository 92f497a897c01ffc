// The GPU kernels of the reductions: what cuda.cpp and the .cu files agree on. Plain: no framework
// types.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::reduce_kernels {

enum class Reduction : std::uint8_t { sum, abs_sum, abs_max, dot, nonfinite };

template <class T>
struct ReduceLaunch {
  Reduction kind;
  const T* a;
  const T* b;  // read by dot only
  double* value;
  std::int64_t count;
  double* partials;  // kMaxPartials
};

template <class T>
struct ReduceRowsLaunch {
  const T* a;  // [rows, cols]
  T* dst;      // [cols]
  std::int64_t rows, cols;
  double* partials;  // as many as column_chunks() says, in rows of cols
};

// For T float and double.
IMPASTO_GPU_DECLARE(template <class T> void all(const GpuQueue&, const ReduceLaunch<T>&));
IMPASTO_GPU_DECLARE(template <class T> void rows(const GpuQueue&, const ReduceRowsLaunch<T>&));

}  // namespace impasto::reduce_kernels
