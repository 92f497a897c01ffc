// Mask and pool in a pass of their own, for sums that a library finished. A thread has a window of
// 2 x 2 pixels and 8 channels: one byte of each pixel's mask. Bytes only.
#include "ops/conv2d/cuda_device.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

constexpr int kThreads = 256;

__global__ void __launch_bounds__(kThreads) finish_kernel(GpuFinish p) {
  const GpuConvolution& s = p.shape;
  const int bytes = mask_bytes(s.oc), wide = ceil_ratio(s.ow, 2), high = ceil_ratio(s.oh, 2);
  const std::int64_t index =
      static_cast<std::int64_t>(blockIdx.x) * kThreads + static_cast<std::int64_t>(threadIdx.x);
  const std::int64_t window = index / bytes, row = window / wide;
  if (row >= static_cast<std::int64_t>(s.n) * high) return;
  const int byte = static_cast<int>(index % bytes);
  const int x = static_cast<int>(window % wide) * 2, y = static_cast<int>(row % high) * 2;
  const std::int64_t picture = row / high;
  const bool pooled = s.pool != TilePool::none, whole = y + 1 < s.oh && x + 1 < s.ow;

  std::int64_t pixel[4];  // -1 beyond the picture
#pragma unroll
  for (int q = 0; q < 4; ++q) {
    const bool inside = y + q / 2 < s.oh && x + q % 2 < s.ow;
    pixel[q] = inside ? (picture * s.oh + y + q / 2) * s.ow + x + q % 2 : -1;
  }
  const std::int64_t pooled_pixel = (picture * (s.oh / 2) + y / 2) * (s.ow / 2) + x / 2;
  unsigned bits[4] = {};
  for (int k = 0; k < 8 && byte * 8 + k < s.oc; ++k) {
    const int c = byte * 8 + k;
    float out[4];
    unsigned reach = 0;
#pragma unroll
    for (int q = 0; q < 4; ++q) {
      out[q] = pixel[q] < 0 ? 0.0f : p.out[pixel[q] * s.oc + c];
      reach |= out[q] > 0 ? 1u << q : 0u;
    }
    if (pooled) {
      const float value = pool_window(out, s.pool, s.relu, reach);
      if (whole) p.dst[pooled_pixel * s.oc + c] = value;
      if (!whole) reach = 0;  // no window reads these
    }
#pragma unroll
    for (int q = 0; q < 4; ++q) bits[q] |= (reach >> q & 1u) << k;
  }
  if (p.mask == nullptr) return;
#pragma unroll
  for (int q = 0; q < 4; ++q) {
    if (pixel[q] >= 0) p.mask[pixel[q] * bytes + byte] = static_cast<std::uint8_t>(bits[q]);
  }
}

}  // namespace

void finish_outputs(const GpuQueue& queue, const GpuFinish& p) {
  const GpuConvolution& s = p.shape;
  const std::int64_t windows = static_cast<std::int64_t>(s.n) * ((s.oh + 1) / 2) * ((s.ow + 1) / 2);
  const std::int64_t count = windows * ((s.oc + 15) / 16 * 2);
  launch(queue,
         {"conv2d.finish.cuda", dim3(static_cast<unsigned>((count + kThreads - 1) / kThreads)),
          dim3(kThreads)},
         finish_kernel, p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
