// Adds up what the runs of outputs gave to the gradient of a filter, in an order that depends on
// their number only: the same bits on every device. One thread an element when runs are few; when
// they are many, eight threads have every eighth run each, and their sums are added in order.
//
// Cost: `splits` times the filter read.
#include "ops/conv2d/cuda_filter_kernels.h"
#include "tensor/cuda/kernel.h"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

constexpr int kThreads = 256;

template <class T, int kParts>
__global__ void __launch_bounds__(kThreads)
    add_sums_kernel(const T* partial, T* dst, std::int64_t count, int splits) {
  constexpr int kElements = kThreads / kParts;
  IMPASTO_SHARED(T, sums, [kParts][kElements]);
  const int mine = static_cast<int>(threadIdx.x) % kElements;
  const int part = static_cast<int>(threadIdx.x) / kElements;
  const std::int64_t element = static_cast<std::int64_t>(blockIdx.x) * kElements + mine;
  T sum = 0;
  if (element < count) {
#pragma unroll 4
    for (int split = part; split < splits; split += kParts) sum += partial[split * count + element];
  }
  if constexpr (kParts > 1) {
    sums[part][mine] = sum;
    __syncthreads();
    if (part > 0) return;
#pragma unroll
    for (int k = 1; k < kParts; ++k) sum += sums[k][mine];
  }
  if (element < count) dst[element] = sum;
}

template <class T, int kParts>
void run(const GpuQueue& queue, const GpuFilterSums& p) {
  constexpr std::int64_t kElements = kThreads / kParts;
  const auto blocks = static_cast<unsigned>((p.count + kElements - 1) / kElements);
  launch(queue, {p.id, dim3(blocks), dim3(kThreads)}, add_sums_kernel<T, kParts>,
         static_cast<const T*>(p.partial), static_cast<T*>(p.dst), p.count, p.splits);
}

template <class T>
void run(const GpuQueue& queue, const GpuFilterSums& p) {
  constexpr int kMany = 32;
  p.splits < kMany ? run<T, 1>(queue, p) : run<T, 8>(queue, p);
}

}  // namespace

void add_filter_sums(const GpuQueue& queue, const GpuFilterSums& p) {
  p.wide ? run<double>(queue, p) : run<float>(queue, p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
