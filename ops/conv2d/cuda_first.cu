// The ends of a network, 3x3 of stride 1 with at most 4 channels on one side, in f32.
//
// widen (3 -> 64): all of a patch and of the filters fits shared memory, 10 KiB, so nothing is
// loaded in steps and many blocks are in flight. Cost: 4 oc bytes written for a pixel, 27 oc FMA.
// narrow (64 -> 3, the picture's gradient): a thread has 4 pixels and all channels; a filter
// element is the same for the whole warp, so shared memory gives it to all at once. Cost: 4 ic + ic
// / 8 bytes read for a pixel. Both are near what memory allows, where `tiled` would compute 64
// channels for 3.
#include "ops/conv2d/cuda_tile.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

__global__ void __launch_bounds__(kTileThreads, 4) widen_kernel(GpuCorrelation p) {
  constexpr int kFilters = 9 * kTiledOutputs;
  IMPASTO_SHARED(float, patch, [kFirstChannels * kPatchPlane]);
  IMPASTO_SHARED(float, filters, [kFirstChannels * kFilters]);
  const int thread = static_cast<int>(threadIdx.x);
  const TilePlace tile = tile_of_block(p, kTileRows, kTileColumns);
  const TileThread mine = tile_thread();
  for (int k = thread; k < kPatchPixels; k += kTileThreads) {
    const int y = k / kPatchColumns, x = k % kPatchColumns;
    const float4 v =
        read_channels(p, source_pixel(p, tile.n, tile.y - p.top + y, tile.x - p.left + x), 0);
    float* to = patch + y * kPatchStep + x;
    to[0] = v.x;
    to[kPatchPlane] = v.y;
    to[2 * kPatchPlane] = v.z;
    to[3 * kPatchPlane] = v.w;
  }
  const float4* packed = reinterpret_cast<const float4*>(static_cast<const float*>(p.filters)) +
                         tile.o / kTiledOutputs * p.ic * (kFilters / 4);
  for (int k = thread; k < p.ic * kFilters / 4; k += kTileThreads) {
    reinterpret_cast<float4*>(filters)[k] = __ldg(packed + k);
  }
  __syncthreads();
  TileSums sums = {};
  for (int c = 0; c < p.ic; ++c) {
    add_channel(patch + c * kPatchPlane, filters + c * kFilters, mine, sums);
  }
  finish_tile(p, tile, mine, sums);
}

constexpr int kThreads = 64;
constexpr int kColumns = 32;                      // of a block's outputs; it has kTileRows rows
constexpr int kOwn = 4;                           // pixels of a thread
constexpr int kWidth = kColumns + 2, kStep = 36;  // of the patch
constexpr int kPixels = kPatchRows * kWidth, kPlane = kPatchRows * kStep;
constexpr int kChunk = kTiledInputs;
constexpr int kFilterFloats = 9 * kFirstChannels;  // of one input channel

// 4 pixels and 4 channels.
struct NarrowSums {
  float of[kOwn][kFirstChannels];
};

__device__ __forceinline__ void add_narrow(const float* plane, const float* filters,
                                           NarrowSums& sums) {
#pragma unroll
  for (int i = 0; i < 3; ++i) {
    const float4 a = *reinterpret_cast<const float4*>(plane + i * kStep);
    const float2 b = *reinterpret_cast<const float2*>(plane + i * kStep + 4);
    const float pixels[6] = {a.x, a.y, a.z, a.w, b.x, b.y};
#pragma unroll
    for (int j = 0; j < 3; ++j) {
      const float4 f = *reinterpret_cast<const float4*>(filters + (i * 3 + j) * kFirstChannels);
#pragma unroll
      for (int x = 0; x < kOwn; ++x) {
        sums.of[x][0] += pixels[x + j] * f.x;
        sums.of[x][1] += pixels[x + j] * f.y;
        sums.of[x][2] += pixels[x + j] * f.z;
        sums.of[x][3] += pixels[x + j] * f.w;
      }
    }
  }
}

__device__ __forceinline__ void load_narrow(const GpuCorrelation& p, const int2* pixels, int c,
                                            float* patch) {
  for (int unit = static_cast<int>(threadIdx.x); unit < 2 * kPixels; unit += kThreads) {
    const int pixel = unit % kPixels, half = unit / kPixels * 4;
    const float4 v = read_channels(p, {pixels[pixel].x, pixels[pixel].y}, c + half);
    float* to = patch + half * kPlane + pixel / kWidth * kStep + pixel % kWidth;
    to[0] = v.x;
    to[kPlane] = v.y;
    to[2 * kPlane] = v.z;
    to[3 * kPlane] = v.w;
  }
}

__device__ __forceinline__ void finish_narrow(const GpuCorrelation& p, TilePlace at,
                                              NarrowSums& sums) {
#pragma unroll
  for (int k = 0; k < kOwn; ++k) {
    if (at.y >= p.oh || at.x + k >= p.ow) continue;
    const std::size_t pixel = static_cast<std::size_t>((at.n * p.oh + at.y) * p.ow + at.x + k);
    unsigned bits = 0;
#pragma unroll
    for (int c = 0; c < kFirstChannels; ++c) {
      const float bias = p.bias != nullptr && c < p.oc ? p.bias[c] : 0;
      sums.of[k][c] = activate(sums.of[k][c] + bias, p.relu);
      bits |= sums.of[k][c] > 0 && c < p.oc ? 1u << c : 0u;
    }
    write_channels(p, pixel, 0, sums.of[k]);
    if (p.mask != nullptr) {
      p.mask[pixel * static_cast<std::size_t>(mask_bytes(p.oc))] = static_cast<std::uint8_t>(bits);
    }
  }
}

__global__ void __launch_bounds__(kThreads) narrow_kernel(GpuCorrelation p) {
  IMPASTO_SHARED(float, patch, [kChunk * kPlane]);
  IMPASTO_SHARED(float, filters, [kChunk * kFilterFloats]);
  IMPASTO_SHARED(int2, pixels, [kPixels]);
  const int thread = static_cast<int>(threadIdx.x);
  const TilePlace tile = tile_of_block(p, kTileRows, kColumns);
  const int row = thread / (kColumns / kOwn), column = thread % (kColumns / kOwn) * kOwn;
  for (int k = thread; k < kPixels; k += kThreads) {
    const SourcePixel at =
        source_pixel(p, tile.n, tile.y - p.top + k / kWidth, tile.x - p.left + k % kWidth);
    pixels[k] = make_int2(at.values, at.bits);
  }
  const float4* packed = static_cast<const float4*>(p.filters);
  NarrowSums sums = {};
  for (int c = 0; c < p.ic; c += kChunk) {
    __syncthreads();  // the chunk before this one has been read, and `pixels` written
    load_narrow(p, pixels, c, patch);
    for (int k = thread; k < kChunk * kFilterFloats / 4; k += kThreads) {
      reinterpret_cast<float4*>(filters)[k] = __ldg(packed + k);
    }
    packed += kChunk * kFilterFloats / 4;
    __syncthreads();
    const int channels = min(kChunk, p.ic - c);
    for (int k = 0; k < channels; ++k) {
      add_narrow(patch + k * kPlane + row * kStep + column, filters + k * kFilterFloats, sums);
    }
  }
  finish_narrow(p, {tile.n, tile.y + row, tile.x + column, 0}, sums);
}

unsigned parts(int a, int b) {
  return static_cast<unsigned>((a + b - 1) / b);
}

}  // namespace

void first_widen(const GpuQueue& queue, const GpuCorrelation& p) {
  const unsigned blocks = static_cast<unsigned>(p.n) * parts(p.oh, kTileRows) *
                          parts(p.ow, kTileColumns) * parts(p.oc, kTiledOutputs);
  launch(queue, {"conv2d.cuda.first, widen", dim3(blocks), dim3(kTileThreads)}, widen_kernel, p);
}

void first_narrow(const GpuQueue& queue, const GpuCorrelation& p) {
  const unsigned blocks =
      static_cast<unsigned>(p.n) * parts(p.oh, kTileRows) * parts(p.ow, kColumns);
  launch(queue, {"conv2d.cuda.first, narrow", dim3(blocks), dim3(kThreads)}, narrow_kernel, p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
