// Total variation with a row of the picture a block: a neighbour in the row is c elements away, one
// in the next a row, so no index is taken apart. Each element is read from memory once and from the
// caches for its neighbours.
//
// Sums in double, in an order that the picture decides (ops/reduce/cuda_ordered.cuh). Bound by
// memory: 4 bytes an f32 element forward, 8 backward.
#include "ops/reduce/cuda_ordered.cuh"
#include "ops/total_variation/cuda_kernels.h"

namespace impasto::total_variation_kernels::IMPASTO_GPU {
namespace {

// Of d^2, or of |d|.
struct Squared {
  __device__ __forceinline__ static double value(double d) { return d * d; }
  __device__ __forceinline__ static double slope(double d) { return 2 * d; }
};
struct Absolute {
  __device__ __forceinline__ static double value(double d) { return fabs(d); }
  __device__ __forceinline__ static double slope(double d) {  // NaN stays NaN
    return d > 0 ? 1 : (d < 0 ? -1 : d);
  }
};

// Calls body(row, element of the row) for this thread's elements: the rows are the blocks', in
// turn.
template <class Body>
__device__ __forceinline__ void for_elements(const PictureRows& s, Body body) {
  for (std::int64_t r = blockIdx.x; r < s.rows; r += gridDim.x) {
    for (int i = static_cast<int>(threadIdx.x); i < s.row; i += kReduceThreads) body(r, i);
  }
}

template <class Kind, class T>
__global__ void __launch_bounds__(kReduceThreads) forward_kernel(VariationForwardLaunch<T> a) {
  IMPASTO_SHARED(double, scratch, [kReduceThreads / 32]);
  double sum = 0;
  for_elements(a.shape, [&](std::int64_t r, int i) {
    const T* at = a.x + r * a.shape.row + i;
    const double here = static_cast<double>(*at);
    if (i + a.shape.c < a.shape.row) {
      sum += Kind::value(static_cast<double>(at[a.shape.c]) - here);
    }
    if (r % a.shape.h + 1 < a.shape.h) {
      sum += Kind::value(static_cast<double>(at[a.shape.row]) - here);
    }
  });
  sum = join_block<Add>(sum, scratch);
  if (threadIdx.x == 0) a.partials[blockIdx.x] = sum;
}

template <class Kind, class T>
__global__ void __launch_bounds__(kReduceThreads) backward_kernel(VariationBackwardLaunch<T> a) {
  const double factor = *a.upstream * a.factor;
  for_elements(a.shape, [&](std::int64_t r, int i) {
    const int c = a.shape.c, row = a.shape.row;
    const std::int64_t y = r % a.shape.h;
    const T* at = a.x + r * row + i;
    const double here = static_cast<double>(*at);
    // A neighbour outside the picture is the pixel itself: the slope at 0 is 0.
    const double left = i >= c ? static_cast<double>(at[-c]) : here;
    const double right = i + c < row ? static_cast<double>(at[c]) : here;
    const double up = y > 0 ? static_cast<double>(at[-row]) : here;
    const double down = y + 1 < a.shape.h ? static_cast<double>(at[row]) : here;
    const double across = Kind::slope(here - left) - Kind::slope(right - here);
    const double along = Kind::slope(here - up) - Kind::slope(down - here);
    a.grad_x[r * row + i] = static_cast<T>(factor * (across + along));
  });
}

}  // namespace

template <class T>
void forward(const GpuQueue& queue, const VariationForwardLaunch<T>& a) {
  const unsigned blocks = partials_for(a.shape.rows, 1);
  launch(queue, {"total_variation.fwd.cuda.rows", blocks, kReduceThreads},
         a.squared ? forward_kernel<Squared, T> : forward_kernel<Absolute, T>, a);
  const double elements = static_cast<double>(a.shape.rows) * static_cast<double>(a.shape.row);
  join_partials<Add>(queue, a.partials, blocks, {a.value, a.weight, elements});
}

template <class T>
void backward(const GpuQueue& queue, const VariationBackwardLaunch<T>& a) {
  const std::int64_t rows = a.shape.rows;
  const unsigned blocks = rows < kMaxBlocks ? static_cast<unsigned>(rows) : kMaxBlocks;
  launch(queue, {"total_variation.bwd.cuda.rows", blocks, kReduceThreads},
         a.squared ? backward_kernel<Squared, T> : backward_kernel<Absolute, T>, a);
}

template void forward(const GpuQueue&, const VariationForwardLaunch<float>&);
template void forward(const GpuQueue&, const VariationForwardLaunch<double>&);
template void backward(const GpuQueue&, const VariationBackwardLaunch<float>&);
template void backward(const GpuQueue&, const VariationBackwardLaunch<double>&);

}  // namespace impasto::total_variation_kernels::IMPASTO_GPU
