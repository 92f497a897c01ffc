// The GPU kernels of total variation: what cuda.cpp and the .cu file agree on. Plain: no framework
// types.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::total_variation_kernels {

// Pictures as rows of w * c elements, h of them each.
struct PictureRows {
  std::int64_t rows;  // of all pictures
  std::int64_t h;
  int row;  // elements
  int c;
};

template <class T>
struct VariationForwardLaunch {
  const T* x;
  double* value;
  PictureRows shape;
  bool squared;
  double weight;
  double* partials;  // kMaxPartials
};

template <class T>
struct VariationBackwardLaunch {
  const T* x;
  const double* upstream;
  T* grad_x;
  PictureRows shape;
  bool squared;
  double factor;  // weight / elements
};

// For T float and double.
IMPASTO_GPU_DECLARE(template <class T>
                    void forward(const GpuQueue&, const VariationForwardLaunch<T>&));
IMPASTO_GPU_DECLARE(template <class T>
                    void backward(const GpuQueue&, const VariationBackwardLaunch<T>&));

}  // namespace impasto::total_variation_kernels
