// The GPU kernels of pad: what cuda.cpp and the .cu file agree on. Plain: no framework types.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::pad_kernels {

enum class Border : std::uint8_t { zero, reflect, replicate };

struct PadAxis {
  int size;           // of src
  int before, after;  // what dst has more
};

template <class T>
struct PadLaunch {
  const T* src;  // backward: the gradient of dst
  T* dst;        // backward: of src
  std::int64_t n, c;
  PadAxis rows, columns;
  Border mode;
};

// For T float and double.
IMPASTO_GPU_DECLARE(template <class T> void forward(const GpuQueue&, const PadLaunch<T>&));
IMPASTO_GPU_DECLARE(template <class T> void backward(const GpuQueue&, const PadLaunch<T>&));

}  // namespace impasto::pad_kernels
