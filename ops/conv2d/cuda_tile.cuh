// The register tile of the 3x3 kernels in f32: 128 threads share a square of 8 x 16 outputs and 64
// channels, each has 2 x 4 of them and 8 channels. Of one input channel a thread reads 4 x 6 pixels
// and 9 x 8 filter elements from shared memory for 576 products.
//
// The 8 channels are two runs of 4, 32 apart: the 8 neighbouring threads, who share their pixels, then
// read 128 contiguous bytes of filter, from every bank once. A pair of rows makes whole windows of a
// pool, and two neighbours together hold whole bytes of a mask.
#pragma once

#include "ops/conv2d/cuda_device.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {

constexpr int kTileThreads = 128;
constexpr int kTileRows = 8, kTileColumns = 16;
constexpr int kPatchRows = kTileRows + 2, kPatchColumns = kTileColumns + 2;
constexpr int kPatchPixels = kPatchRows * kPatchColumns;
constexpr int kPatchStep = 20;    // from row to row, whole vectors
constexpr int kPatchPlane = 204;  // from channel to channel: 4 of them are half the banks apart

// Which outputs and channels a block computes.
struct TilePlace {
  int n, y, x, o;
};
__device__ __forceinline__ TilePlace tile_of_block(const GpuCorrelation& p, int rows, int columns) {
  const int blocks = ceil_ratio(p.oc, kTiledOutputs);
  const int across = ceil_ratio(p.ow, columns), down = ceil_ratio(p.oh, rows);
  const int index = static_cast<int>(blockIdx.x), tile = index / blocks;
  return {tile / across / down, tile / across % down * rows, tile % across * columns,
          index % blocks * kTiledOutputs};
}

// What of a tile is this thread's.
struct TileThread {
  int row, column, group;
};
__device__ __forceinline__ TileThread tile_thread() {
  const int thread = static_cast<int>(threadIdx.x), pixels = thread / 8;
  return {pixels / 4 * 2, pixels % 4 * 4, thread % 8};
}

struct TileSums {
  float of[2][4][8];
};

// plane: one channel of the patch; filters: its [3, 3, kTiledOutputs].
__device__ __forceinline__ void add_channel(const float* plane, const float* filters, TileThread t,
                                            TileSums& sums) {
  float pixels[4][6];
#pragma unroll
  for (int r = 0; r < 4; ++r) {
    const float* row = plane + (t.row + r) * kPatchStep + t.column;
    const float4 a = *reinterpret_cast<const float4*>(row);
    const float2 b = *reinterpret_cast<const float2*>(row + 4);
    pixels[r][0] = a.x, pixels[r][1] = a.y, pixels[r][2] = a.z, pixels[r][3] = a.w;
    pixels[r][4] = b.x, pixels[r][5] = b.y;
  }
#pragma unroll
  for (int tap = 0; tap < 9; ++tap) {
    const float* from = filters + tap * kTiledOutputs + t.group * 4;
    const float4 a = *reinterpret_cast<const float4*>(from);
    const float4 b = *reinterpret_cast<const float4*>(from + kTiledOutputs / 2);
    const float filter[8] = {a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w};
#pragma unroll
    for (int r = 0; r < 2; ++r) {
#pragma unroll
      for (int x = 0; x < 4; ++x) {
#pragma unroll
        for (int k = 0; k < 8; ++k) {
          sums.of[r][x][k] += pixels[r + tap / 3][x + tap % 3] * filter[k];
        }
      }
    }
  }
}

// Stores the mask of one window: bits[q] has one bit for each of the thread's channels.
__device__ __forceinline__ void write_tile_bits(const GpuCorrelation& p, const TilePlace& window,
                                                TileThread t, const unsigned (&bits)[4]) {
  const bool odd = t.group % 2 != 0;
  const int c = window.o + (odd ? kTiledOutputs / 2 : 0) + t.group / 2 * 8;
#pragma unroll
  for (int q = 0; q < 4; ++q) {
    // Even threads complete the byte of the first run, odd ones that of the second.
    const unsigned theirs = odd ? bits[q] & 15u : bits[q] >> 4;
    const unsigned got = __shfl_xor_sync(0xffffffffu, theirs, 1);
    const unsigned byte = odd ? got | (bits[q] & 0xf0u) : (bits[q] & 15u) | got << 4;
    const int y = window.y + q / 2, x = window.x + q % 2;
    if (y >= p.oh || x >= p.ow || c / 8 >= mask_bytes(p.oc)) continue;
    const std::size_t pixel = (static_cast<std::size_t>(window.n) * static_cast<std::size_t>(p.oh) +
                               static_cast<std::size_t>(y)) *
                                  static_cast<std::size_t>(p.ow) +
                              static_cast<std::size_t>(x);
    p.mask[pixel * static_cast<std::size_t>(mask_bytes(p.oc)) + static_cast<std::size_t>(c / 8)] =
        static_cast<std::uint8_t>(byte);
  }
}

// Stores 8 channels of the pixel (y, x) of dst, whose size is h x w.
__device__ __forceinline__ void write_tile_pixel(const GpuCorrelation& p, const TilePlace& at, int h,
                                                 int w, TileThread t, const float (&v)[8]) {
  if (at.y >= h || at.x >= w) return;
  const std::size_t pixel = static_cast<std::size_t>((at.n * h + at.y) * w + at.x);
  write_channels(p, pixel, at.o + t.group * 4, v);
  write_channels(p, pixel, at.o + t.group * 4 + kTiledOutputs / 2, v + 4);
}

// Bias, ReLU, pool and mask of the window with the outputs (0, 2 v) .. (1, 2 v + 1) of a thread.
__device__ __forceinline__ void finish_window(const GpuCorrelation& p, const TilePlace& window,
                                              TileThread t, const float (&bias)[8], int v,
                                              TileSums& sums) {
  const bool pooled = p.dst_pool != TilePool::none;
  const bool whole = window.y + 1 < p.oh && window.x + 1 < p.ow;
  unsigned bits[4] = {};
  float pool[8];
#pragma unroll
  for (int k = 0; k < 8; ++k) {
    float out[4];
    unsigned reach = 0;
#pragma unroll
    for (int q = 0; q < 4; ++q) {
      float& sum = sums.of[q / 2][2 * v + q % 2][k];
      out[q] = sum = activate(sum + bias[k], p.relu);
      reach |= out[q] > 0 ? 1u << q : 0u;
    }
    pool[k] = pooled ? pool_window(out, p.dst_pool, p.relu, reach) : 0;
    const bool exists = window.o + t.group * 4 + k / 4 * (kTiledOutputs / 2) + k % 4 < p.oc;
    if (!exists || (pooled && !whole)) reach = 0;
#pragma unroll
    for (int q = 0; q < 4; ++q) bits[q] |= (reach >> q & 1u) << k;
  }
  if (p.mask != nullptr) write_tile_bits(p, window, t, bits);
  if (pooled) {
    const TilePlace at{window.n, window.y / 2, window.x / 2, window.o};
    return write_tile_pixel(p, at, p.oh / 2, p.ow / 2, t, pool);
  }
#pragma unroll
  for (int q = 0; q < 4; ++q) {
    const TilePlace at{window.n, window.y + q / 2, window.x + q % 2, window.o};
    write_tile_pixel(p, at, p.oh, p.ow, t, sums.of[q / 2][2 * v + q % 2]);
  }
}

// All that comes after the sums of a tile. Every thread of a warp must call it.
__device__ __forceinline__ void finish_tile(const GpuCorrelation& p, const TilePlace& tile,
                                            TileThread t, TileSums& sums) {
  float bias[8];
#pragma unroll
  for (int k = 0; k < 8; ++k) {
    const int c = tile.o + t.group * 4 + k / 4 * (kTiledOutputs / 2) + k % 4;
    bias[k] = p.bias != nullptr && c < p.oc ? p.bias[c] : 0;
  }
#pragma unroll
  for (int v = 0; v < 2; ++v) {
    finish_window(p, {tile.n, tile.y + t.row, tile.x + t.column + 2 * v, tile.o}, t, bias, v, sums);
  }
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
