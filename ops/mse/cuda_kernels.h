// The GPU kernels of mse: what cuda.cpp and the .cu file agree on. Plain: no framework types.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::mse_kernels {

template <class T>
struct MseForwardLaunch {
  const T* a;
  const T* b;
  T* difference;  // nullptr when not wanted
  double* value;
  std::int64_t count;
  double weight;
  double* partials;  // kMaxPartials
};

template <class T>
struct MseBackwardLaunch {
  const T* difference;
  const double* upstream;
  T* grad;
  std::int64_t count;
  double slope;  // weight * 2 / count
  bool accumulate;
};

// For T float and double.
IMPASTO_GPU_DECLARE(template <class T> void forward(const GpuQueue&, const MseForwardLaunch<T>&));
IMPASTO_GPU_DECLARE(template <class T> void backward(const GpuQueue&, const MseBackwardLaunch<T>&));

}  // namespace impasto::mse_kernels
