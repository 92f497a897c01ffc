// The GPU kernels of the elementwise ops: what cuda.cpp and the .cu files agree on. Plain: no
// framework types.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::elementwise_kernels {

enum class MapFormula : std::uint8_t {
  scale,   // alpha a
  linear,  // alpha a + beta b
  mul,     // alpha a b
  clamp,   // a, brought into [alpha, beta]
};

template <class T>
struct MapLaunch {
  MapFormula formula;
  const T* a;
  const T* b;  // read by linear and mul only
  T* dst;      // may be a or b
  std::int64_t count;
  double alpha, beta;
};

template <class T>
struct AdamLaunch {
  const double* scalars;  // see adam_scalars.h
  const T* grad;
  T *m, *v, *x;
  std::int64_t count;
  double beta1, beta2, epsilon;
};

// For T float and double.
IMPASTO_GPU_DECLARE(template <class T> void map(const GpuQueue&, const MapLaunch<T>&));
IMPASTO_GPU_DECLARE(template <class T> void adam(const GpuQueue&, const AdamLaunch<T>&));

}  // namespace impasto::elementwise_kernels
