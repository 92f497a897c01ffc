// What becomes of sums: a thread has a 2 x 2 window of pixels, whole in the eyes of a pool, and 8
// channels of it in two runs of 4. Bias, ReLU, pool and the bits of the mask, in registers.
#pragma once

#include "ops/conv2d/cuda_device.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {

struct Window {
  int n, y, x;       // of its first pixel, before a pool
  int first[2];      // the first channel of each run
  float of[4][8];    // sums, then outputs
  unsigned bits[4];  // of each pixel, one a channel
};

__device__ __forceinline__ std::size_t pixel_number(int n, int y, int x, int h, int w) {
  return (static_cast<std::size_t>(n) * static_cast<std::size_t>(h) + static_cast<std::size_t>(y)) *
             static_cast<std::size_t>(w) +
         static_cast<std::size_t>(x);
}

// Writes the outputs or their pool, and fills in the bits.
__device__ __forceinline__ void finish_window(const GpuCorrelation& p, Window& t) {
  const bool pooled = p.dst_pool != TilePool::none;
  const bool whole = t.y + 1 < p.oh && t.x + 1 < p.ow;
  float pool[8];
#pragma unroll
  for (int q = 0; q < 4; ++q) t.bits[q] = 0;
#pragma unroll
  for (int k = 0; k < 8; ++k) {
    const int c = t.first[k / 4] + k % 4;
    const float bias = p.bias != nullptr && c < p.oc ? __ldg(p.bias + c) : 0.0f;
    float out[4];
    unsigned reach = 0;
#pragma unroll
    for (int q = 0; q < 4; ++q) {
      out[q] = t.of[q][k] = activate(t.of[q][k] + bias, p.relu);
      reach |= out[q] > 0 ? 1u << q : 0u;
    }
    pool[k] = pooled ? pool_window(out, p.dst_pool, p.relu, reach) : 0.0f;
    if (c >= p.oc || (pooled && !whole)) reach = 0;
#pragma unroll
    for (int q = 0; q < 4; ++q) t.bits[q] |= (reach >> q & 1u) << k;
  }
  if (pooled) {
    if (!whole) return;
    const std::size_t pixel = pixel_number(t.n, t.y / 2, t.x / 2, p.oh / 2, p.ow / 2);
    write_channels(p, pixel, t.first[0], pool);
    write_channels(p, pixel, t.first[1], pool + 4);
    return;
  }
#pragma unroll
  for (int q = 0; q < 4; ++q) {
    const int y = t.y + q / 2, x = t.x + q % 2;
    if (y >= p.oh || x >= p.ow) continue;
    const std::size_t pixel = pixel_number(t.n, y, x, p.oh, p.ow);
    write_channels(p, pixel, t.first[0], t.of[q]);
    write_channels(p, pixel, t.first[1], t.of[q] + 4);
  }
}

// Stores one byte of the mask, of the channels from c on, for pixel q of the window.
__device__ __forceinline__ void write_byte(const GpuCorrelation& p, const Window& t, int q, int c,
                                           unsigned byte) {
  const int y = t.y + q / 2, x = t.x + q % 2, bytes = mask_bytes(p.oc);
  if (y >= p.oh || x >= p.ow || c / 8 >= bytes) return;
  p.mask[pixel_number(t.n, y, x, p.oh, p.ow) * static_cast<std::size_t>(bytes) +
         static_cast<std::size_t>(c / 8)] = static_cast<std::uint8_t>(byte);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
