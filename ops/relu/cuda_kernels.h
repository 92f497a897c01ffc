// The GPU kernels of ReLU: what cuda.cpp and the .cu files agree on. Plain: no framework types.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::relu_kernels {

// The mask's words are taken in halves, 32 elements each, low half first.
template <class T>
struct ReluForwardLaunch {
  const T* src;
  T* dst;
  std::uint32_t* mask;  // nullptr when not wanted
  std::int64_t count;
};

template <class T>
struct ReluBackwardLaunch {
  const T* grad_dst;
  const std::uint32_t* mask;
  T* grad_src;
  std::int64_t count;
};

// For T float and double.
IMPASTO_GPU_DECLARE(template <class T> void forward(const GpuQueue&, const ReluForwardLaunch<T>&));
IMPASTO_GPU_DECLARE(template <class T>
                    void backward(const GpuQueue&, const ReluBackwardLaunch<T>&));

}  // namespace impasto::relu_kernels
