// The gradient of the sums that ReLU and pool were applied to, a pass of its own: what the
// gradients of filter and bias are made from. A thread has one channel of one output; bytes only.
#include "ops/conv2d/cuda_device.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

constexpr int kThreads = 256;

template <class T>
__global__ void __launch_bounds__(kThreads)
    unfuse_kernel(GpuConvolution s, const T* grad_dst, const std::uint8_t* mask, T* grad) {
  const std::int64_t index =
      static_cast<std::int64_t>(blockIdx.x) * kThreads + static_cast<std::int64_t>(threadIdx.x);
  const std::int64_t pixel = index / s.oc, row = pixel / s.ow;
  const int c = static_cast<int>(index % s.oc), x = static_cast<int>(pixel % s.ow);
  if (row >= static_cast<std::int64_t>(s.n) * s.oh) return;
  T value = 0;
  if (static_cast<unsigned>(mask[pixel * mask_bytes(s.oc) + c / 8]) >> c % 8 & 1u) {
    std::int64_t from = pixel;  // outputs that no window read have no bits
    if (s.pool != TilePool::none) {
      from = (row / s.oh * (s.oh / 2) + row % s.oh / 2) * (s.ow / 2) + x / 2;
    }
    value = grad_dst[from * s.oc + c] * (s.pool == TilePool::average ? T(0.25) : T(1));
  }
  grad[index] = value;
}

template <class T>
void run(const GpuQueue& queue, const GpuDirect& p) {
  const GpuConvolution& s = p.shape;
  const std::int64_t count = static_cast<std::int64_t>(s.n) * s.oh * s.ow * s.oc;
  launch(queue,
         {"conv2d.bwd_activation.cuda",
          dim3(static_cast<unsigned>((count + kThreads - 1) / kThreads)), dim3(kThreads)},
         unfuse_kernel<T>, s, static_cast<const T*>(p.src), p.mask_read, static_cast<T*>(p.dst));
}

}  // namespace

void backward_activation(const GpuQueue& queue, const GpuDirect& p) {
  p.wide ? run<double>(queue, p) : run<float>(queue, p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
