// The loss and the difference in one pass over packs of four elements, squares added in double in
// an order that the count decides (ops/reduce/cuda_ordered.cuh); the backward pass reads the
// difference and, in the kernel, the upstream gradient, so the host waits for nothing.
//
// Bound by memory, in bytes an f32 element: forward 8, or 12 with the difference; backward 8, or 12
// where it adds.
#include "ops/mse/cuda_kernels.h"
#include "ops/reduce/cuda_ordered.cuh"

namespace impasto::mse_kernels::IMPASTO_GPU {
namespace {

template <class T>
struct Squares {
  const T *a, *b;
  T* difference;
  bool aligned;

  __device__ __forceinline__ double operator()(double sum, std::int64_t i, int count) const {
    Pack<T> x = load_some(a + i, count, aligned);
    const Pack<T> y = load_some(b + i, count, aligned);
    for (int k = 0; k < kPack; ++k) {
      const double d = static_cast<double>(x.v[k]) - static_cast<double>(y.v[k]);
      sum += d * d;
      x.v[k] = static_cast<T>(d);
    }
    if (difference != nullptr) store_some(difference + i, x, count, aligned);
    return sum;
  }
};

template <class T>
__global__ void __launch_bounds__(kPackThreads)
    backward_kernel(MseBackwardLaunch<T> a, bool aligned) {
  const double factor = *a.upstream * a.slope;
  for_packs(a.count, [&](std::int64_t i, int count) {
    const Pack<T> difference = load_some(a.difference + i, count, aligned);
    Pack<T> grad = {};
    if (a.accumulate) grad = load_some(a.grad + i, count, aligned);
    for (int k = 0; k < kPack; ++k) {
      grad.v[k] = static_cast<T>(static_cast<double>(grad.v[k]) +
                                 factor * static_cast<double>(difference.v[k]));
    }
    store_some(a.grad + i, grad, count, aligned);
  });
}

}  // namespace

template <class T>
void forward(const GpuQueue& queue, const MseForwardLaunch<T>& a) {
  const Squares<T> squares{a.a, a.b, a.difference, packs_fit(a.a, a.b, a.difference)};
  reduce_packs<Add>(queue, "mse.fwd.cuda.ordered", squares, a.count, a.partials,
                    {a.value, a.weight, static_cast<double>(a.count)});
}

template <class T>
void backward(const GpuQueue& queue, const MseBackwardLaunch<T>& a) {
  if (a.count == 0) return;
  launch(queue, {"mse.bwd.cuda.vector", blocks_for_packs(a.count), kPackThreads},
         backward_kernel<T>, a, packs_fit(a.difference, a.grad));
}

template void forward(const GpuQueue&, const MseForwardLaunch<float>&);
template void forward(const GpuQueue&, const MseForwardLaunch<double>&);
template void backward(const GpuQueue&, const MseBackwardLaunch<float>&);
template void backward(const GpuQueue&, const MseBackwardLaunch<double>&);

}  // namespace impasto::mse_kernels::IMPASTO_GPU
