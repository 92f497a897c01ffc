// The GPU kernels of instance normalisation: what cuda.cpp and the .cu files agree on. Plain: no
// framework types.
#pragma once

#include <cstdint>

#include "ops/reduce/cuda_columns.h"
#include "tensor/cuda/queue.h"

namespace impasto::normalize_kernels {

template <class T>
struct NormForwardLaunch {
  const T* src;    // [n, m, c]
  const T* gamma;  // [c]
  const T* beta;
  T* dst;
  T* mean;  // [n, c]
  T* rstd;
  ColumnShape shape;  // pictures n, rows m, cols c
  double epsilon;
  double* partials;  // [n, chunks, c]
  double* means;     // [n, c], not rounded
};

template <class T>
struct NormBackwardLaunch {
  const T* src;  // [n, m, c]
  const T* grad_dst;
  const T* gamma;  // [c]
  const T* mean;   // [n, c]
  const T* rstd;
  T* grad_src;
  T* grad_gamma;  // [c]
  T* grad_beta;
  ColumnShape shape;
  double* partials;  // [n, chunks, 2, c]
  T* removed;        // [n, 2, c]
};

// For T float and double.
IMPASTO_GPU_DECLARE(template <class T> void forward(const GpuQueue&, const NormForwardLaunch<T>&));
IMPASTO_GPU_DECLARE(template <class T>
                    void backward(const GpuQueue&, const NormBackwardLaunch<T>&));

}  // namespace impasto::normalize_kernels
