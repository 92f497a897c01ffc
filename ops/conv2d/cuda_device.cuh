// What conv2d's GPU kernels share: which pixel a padded position shows, reading a gradient through
// mask and pool, and what is done to a sum before it becomes an output.
#pragma once

#include "ops/conv2d/cuda_kernels.h"
#include "tensor/cuda/kernel.h"

namespace impasto::conv2d_kernels::IMPASTO_GPU {

__device__ __forceinline__ int ceil_ratio(int a, int b) {
  return (a + b - 1) / b;
}

// Bytes of a mask that one pixel has.
__device__ __forceinline__ int mask_bytes(int channels) {
  return (channels + 15) / 16 * 2;
}

// The pixel along one axis that position i shows, or -1 for a zero outside.
__device__ __forceinline__ int shown_pixel(int i, int size, GpuBorder border) {
  if (i >= 0 && i < size) return i;
  if (border == GpuBorder::zero) return -1;
  if (border == GpuBorder::replicate) return i < 0 ? 0 : size - 1;
  const int mirrored = i < 0 ? -i : 2 * (size - 1) - i;
  return mirrored >= 0 && mirrored < size ? mirrored : -1;  // tiles reach beyond what is shown
}

// The k-th of the 1 + 2 pad positions along one padded axis that may show pixel y, or `none` when
// this one does not: the pixel itself, those before the picture, those behind it.
__device__ __forceinline__ int showing_position(int k, int y, int size, int pad, GpuBorder border,
                                                int none) {
  if (k == 0) return y;
  const int position = k <= pad ? -k : size - 1 + (k - pad);
  return shown_pixel(position, size, border) == y ? position : none;
}

// Of a 2 x 2 window of finished outputs of one channel: its pool, and in `reach` one bit for each
// that the gradient goes back to.
template <class T>
__device__ __forceinline__ T pool_window(const T (&out)[4], TilePool pool, bool relu,
                                         unsigned& reach) {
  reach = 0;
  if (pool == TilePool::average) {
#pragma unroll
    for (int k = 0; k < 4; ++k) reach |= !relu || out[k] > 0 ? 1u << k : 0u;
    return ((out[0] + out[1]) + (out[2] + out[3])) * T(0.25);
  }
  T most = out[0];
  unsigned best = 1;
#pragma unroll
  for (int k = 1; k < 4; ++k) {
    const bool wins = !(out[k] <= most) && most == most;  // greater, or the first NaN
    if (wins) most = out[k], best = 1u << k;
  }
  if (!relu || most > 0) reach = best;
  return most;
}

template <class T>
__device__ __forceinline__ T activate(T sum, bool relu) {
  return relu && sum <= 0 ? T(0) : sum;  // NaN stays
}

// Where a pixel of src lies: of its values, which a pool has halved, and of its bits. Both are
// numbers of pixels; -1 where everything is zero.
struct SourcePixel {
  int values = -1;
  int bits = -1;
};

// y, x: of the picture before a pool.
__device__ __forceinline__ SourcePixel source_pixel(const GpuCorrelation& p, int n, int y, int x) {
  const int sy = shown_pixel(y, p.h, p.border), sx = shown_pixel(x, p.w, p.border);
  if (sy < 0 || sx < 0) return {};
  const int pixel = (n * p.h + sy) * p.w + sx;
  if (p.src_pool == TilePool::none) return {pixel, pixel};
  // Outputs that no window read have no gradient.
  if (sy / 2 >= p.h / 2 || sx / 2 >= p.w / 2) return {};
  return {(n * (p.h / 2) + sy / 2) * (p.w / 2) + sx / 2, pixel};
}

// Channels c .. c + 3 of a pixel that exists, c a multiple of 4 below channels; zeros behind the
// last channel. values: [pixels, channels].
__device__ __forceinline__ float4 load_vector(const float* values, int channels, int pixel, int c) {
  float4 v = make_float4(0, 0, 0, 0);
  const float* from = values +
                      static_cast<std::size_t>(pixel) * static_cast<std::size_t>(channels) +
                      static_cast<std::size_t>(c);
  if (channels % 4 == 0) {
    v = __ldg(reinterpret_cast<const float4*>(from));
  } else {
    v.x = __ldg(from);
    if (c + 1 < channels) v.y = __ldg(from + 1);
    if (c + 2 < channels) v.z = __ldg(from + 2);
    if (c + 3 < channels) v.w = __ldg(from + 3);
  }
  return v;
}

// The same of any pixel and channel; zeros for those that are not.
__device__ __forceinline__ float4 read_vector(const float* values, int channels, int pixel, int c) {
  if (pixel < 0 || c >= channels) return make_float4(0, 0, 0, 0);
  return load_vector(values, channels, pixel, c);
}

// The same of src, through mask and pool.
__device__ __forceinline__ float4 read_channels(const GpuCorrelation& p, SourcePixel at, int c) {
  if (at.values < 0 || c >= p.ic) return make_float4(0, 0, 0, 0);
  float4 v = load_vector(p.src, p.ic, at.values, c);
  if (p.src_mask == nullptr) return v;
  const std::size_t byte =
      static_cast<std::size_t>(at.bits) * static_cast<std::size_t>(mask_bytes(p.ic)) +
      static_cast<std::size_t>(c / 8);
  const unsigned bits = static_cast<unsigned>(p.src_mask[byte]) >> (c & 4);
  const float scale = p.src_pool == TilePool::average ? 0.25f : 1.0f;
  v.x = bits & 1u ? scale * v.x : 0.0f;
  v.y = bits & 2u ? scale * v.y : 0.0f;
  v.z = bits & 4u ? scale * v.z : 0.0f;
  v.w = bits & 8u ? scale * v.w : 0.0f;
  return v;
}

// Four channels of a pixel of dst, from channel c on; `pixel` counts those of dst.
__device__ __forceinline__ void write_channels(const GpuCorrelation& p, std::size_t pixel, int c,
                                               const float* v) {
  float* to = p.dst + pixel * static_cast<std::size_t>(p.oc) + static_cast<std::size_t>(c);
  if (p.oc % 4 == 0) {
    if (c < p.oc) *reinterpret_cast<float4*>(to) = make_float4(v[0], v[1], v[2], v[3]);
    return;
  }
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    if (c + k < p.oc) to[k] = v[k];
  }
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
