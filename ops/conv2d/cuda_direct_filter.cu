// The gradient of a filter in plain loops: the outputs are cut into `splits` runs, a number that
// depends on the problem only. A thread adds up one tap and input channel of 8 filters over one
// run; its warp's other threads have the next elements of the same filters, so the picture is read
// in lines and the gradient is the same for all. cuda_filter_sums.cu adds the runs.
//
// Cost: picture and gradient are read from the caches oc / 8 and kh kw ic / 128 times.
#include "ops/conv2d/cuda_device.cuh"
#include "ops/conv2d/cuda_filter_kernels.h"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

constexpr int kThreads = 128;
constexpr int kFilters = 8;  // of a thread

template <class T>
struct Operands {
  GpuConvolution shape;
  const T* src;
  const T* grad_dst;
  T* partial;  // [splits, oc, kh, kw, ic]
  int splits;
};

template <class T>
__global__ void __launch_bounds__(kThreads) partial_kernel(Operands<T> p) {
  const GpuConvolution& s = p.shape;
  const int length = s.kh * s.kw * s.ic;
  const int element = static_cast<int>(blockIdx.x) * kThreads + static_cast<int>(threadIdx.x);
  if (element >= length) return;
  const int i = element / (s.kw * s.ic), j = element / s.ic % s.kw, c = element % s.ic;
  const int o = static_cast<int>(blockIdx.y) * kFilters, split = static_cast<int>(blockIdx.z);
  const std::int64_t pixels = static_cast<std::int64_t>(s.n) * s.oh * s.ow;
  const std::int64_t first = pixels * split / p.splits, end = pixels * (split + 1) / p.splits;
  std::int64_t row = first / s.ow;
  int x = static_cast<int>(first % s.ow);
  T sums[kFilters] = {};
  for (std::int64_t pixel = first; pixel < end; ++row, x = 0) {
    const int n = static_cast<int>(row / s.oh), y = static_cast<int>(row % s.oh);
    const int sy = shown_pixel(y * s.stride + i - s.pad, s.h, s.border);
    for (; pixel < end && x < s.ow; ++pixel, ++x) {
      const int sx = shown_pixel(x * s.stride + j - s.pad, s.w, s.border);
      if (sy < 0 || sx < 0) continue;
      const T value = p.src[((static_cast<std::int64_t>(n) * s.h + sy) * s.w + sx) * s.ic + c];
      const T* grad = p.grad_dst + pixel * s.oc + o;
#pragma unroll
      for (int k = 0; k < kFilters; ++k) {
        if (o + k < s.oc) sums[k] += value * grad[k];
      }
    }
  }
  T* to = p.partial + (static_cast<std::int64_t>(split) * s.oc + o) * length + element;
#pragma unroll
  for (int k = 0; k < kFilters; ++k) {
    if (o + k < s.oc) to[static_cast<std::int64_t>(k) * length] = sums[k];
  }
}

unsigned blocks(std::int64_t count, std::int64_t size) {
  return static_cast<unsigned>((count + size - 1) / size);
}

template <class T>
void run(const GpuQueue& queue, const GpuDirect& p) {
  const GpuConvolution& s = p.shape;
  const std::int64_t length = static_cast<std::int64_t>(s.kh) * s.kw * s.ic, count = s.oc * length;
  T* dst = static_cast<T*>(p.dst);
  T* partial = p.splits == 1 ? dst : static_cast<T*>(p.partial);
  const dim3 grid(blocks(length, kThreads), blocks(s.oc, kFilters),
                  static_cast<unsigned>(p.splits));
  launch(queue, {"conv2d.bwd_filter.cuda.direct", grid, dim3(kThreads)}, partial_kernel<T>,
         Operands<T>{s, static_cast<const T*>(p.src), static_cast<const T*>(p.grad_dst), partial,
                     p.splits});
  if (p.splits == 1) return;
  add_filter_sums(queue,
                  {"conv2d.bwd_filter.cuda.direct, sums", partial, dst, count, p.splits, p.wide});
}

}  // namespace

void direct_backward_filter(const GpuQueue& queue, const GpuDirect& p) {
  p.wide ? run<double>(queue, p) : run<float>(queue, p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
