// The GPU kernels of resampling: what cuda.cpp and the .cu files agree on. Plain: no framework
// types.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::resize_kernels {

enum class Weighting : std::uint8_t { nearest, bilinear, area, bicubic, lanczos };

// The matrix of one axis, computed on the GPU. Output i of the forward pass reads inputs
// [first[i], last[i]), with the weights that row i of `weights` begins with; input j is read by
// outputs [reader[j], readers_end[j]).
template <class T>
struct AxisTable {
  int in, out;                // extents, of the forward pass
  int stride;                 // of a row of weights, at least the most inputs of an output
  int *first, *last;          // [out]
  int *reader, *readers_end;  // [in]
  T* weights;                 // [out, stride]
};

template <class T>
struct ResizeLaunch {
  const T* src;  // backward: the gradient of dst
  T* dst;        // backward: of src
  T* between;    // rows resampled, columns not yet
  std::int64_t n, c;
  AxisTable<T> rows, columns;
  Weighting mode;
};

// For T float and double.
IMPASTO_GPU_DECLARE(template <class T> void forward(const GpuQueue&, const ResizeLaunch<T>&));
IMPASTO_GPU_DECLARE(template <class T> void backward(const GpuQueue&, const ResizeLaunch<T>&));
IMPASTO_GPU_DECLARE(template <class T>
                    void tabulate(const GpuQueue&, const ResizeLaunch<T>&, bool readers));

}  // namespace impasto::resize_kernels
