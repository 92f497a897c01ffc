// The register tile of the 3x3 kernels in f32: 128 threads share a square of 8 x 16 outputs and 64
// channels, each has 2 x 4 of them and 8 channels. Of one input channel a thread reads 4 x 6 pixels
// and 9 x 8 filter elements from shared memory for 576 products.
//
// The 8 channels are two runs of 4, 32 apart: the 8 neighbouring threads, who share their pixels,
// then read 128 contiguous bytes of filter, from every bank once. A pair of rows makes whole
// windows of a pool, and two neighbours together hold whole bytes of a mask.
#pragma once

#include "ops/conv2d/cuda_window.cuh"

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

// Of a window, even threads write the byte of the first run of channels with the bits of their odd
// neighbour, who writes that of the second.
__device__ __forceinline__ void write_tile_bits(const GpuCorrelation& p, const Window& t,
                                                TileThread mine) {
  const bool odd = mine.group % 2 != 0;
  const int c = odd ? t.first[1] - 4 : t.first[0];
#pragma unroll
  for (int q = 0; q < 4; ++q) {
    const unsigned theirs = odd ? t.bits[q] & 15u : t.bits[q] >> 4;
    const unsigned got = __shfl_xor_sync(0xffffffffu, theirs, 1);
    write_byte(p, t, q, c, odd ? got | (t.bits[q] & 0xf0u) : (t.bits[q] & 15u) | got << 4);
  }
}

// All that comes after the sums of a tile. Every thread of a warp must call it.
__device__ __forceinline__ void finish_tile(const GpuCorrelation& p, const TilePlace& tile,
                                            TileThread mine, const TileSums& sums) {
  const int c = tile.o + mine.group * 4;
#pragma unroll
  for (int v = 0; v < 2; ++v) {
    Window t{
        tile.n, tile.y + mine.row, tile.x + mine.column + 2 * v, {c, c + kTiledOutputs / 2}, {},
        {}};
#pragma unroll
    for (int q = 0; q < 4; ++q) {
#pragma unroll
      for (int k = 0; k < 8; ++k) t.of[q][k] = sums.of[q / 2][2 * v + q % 2][k];
    }
    finish_window(p, t);
    if (p.mask != nullptr) write_tile_bits(p, t, mine);
  }
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
