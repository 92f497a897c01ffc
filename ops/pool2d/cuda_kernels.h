// The GPU kernels of 2x2 pooling: what cuda.cpp and the .cu file agree on. Plain: no framework
// types.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::pool2d_kernels {

struct PoolShape {
  std::int64_t n, h, w, c;  // of src
  bool max;                 // otherwise the average
};

// Codes are taken in bytes, four outputs each, first output lowest.
template <class T>
struct PoolForwardLaunch {
  const T* src;
  T* dst;
  std::uint8_t* codes;  // nullptr when not wanted
  PoolShape shape;
};

template <class T>
struct PoolBackwardLaunch {
  const T* grad_dst;
  const std::uint8_t* codes;  // read by the maximum only
  T* grad_src;
  PoolShape shape;
};

// For T float and double.
IMPASTO_GPU_DECLARE(template <class T> void forward(const GpuQueue&, const PoolForwardLaunch<T>&));
IMPASTO_GPU_DECLARE(template <class T>
                    void backward(const GpuQueue&, const PoolBackwardLaunch<T>&));

}  // namespace impasto::pool2d_kernels
