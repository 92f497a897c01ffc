// 3x3 convolution of stride 1 in f32 with tiles in shared memory: a block brings 8 channels of a
// patch of 10 x 18 pixels and of 64 filters near at a time, and each thread adds up 64 outputs in
// registers. What `direct` reads from the caches for every 8 products comes once for 64.
//
// Cost: n oh ow oc ic 9 FMA; the picture is read oc / 64 x 1.4 times, the filters once for each 128
// pixels. Of the cycles of shared memory a warp needs about half of what its arithmetic takes. The
// patch lies by channels, so that a thread reads pixels of a row as vectors, and its way there
// spreads over all banks: 16 pixels and both halves of 8 channels.
#include "ops/conv2d/cuda_tile.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

constexpr int kChunk = kTiledInputs;         // channels at a time
constexpr int kFilters = 9 * kTiledOutputs;  // elements of one input channel

// Brings channels [c, c + 8) of the patch near. A thread has 4 of one pixel.
__device__ __forceinline__ void load_patch(const GpuCorrelation& p, const int2* pixels, int c,
                                           float* patch) {
  for (int unit = static_cast<int>(threadIdx.x); unit < 2 * kPatchPixels; unit += kTileThreads) {
    const int pixel = unit % kPatchPixels, half = unit / kPatchPixels * 4;
    const SourcePixel at{pixels[pixel].x, pixels[pixel].y};
    const float4 v = read_channels(p, at, c + half);
    float* to =
        patch + half * kPatchPlane + pixel / kPatchColumns * kPatchStep + pixel % kPatchColumns;
    to[0] = v.x;
    to[kPatchPlane] = v.y;
    to[2 * kPatchPlane] = v.z;
    to[3 * kPatchPlane] = v.w;
  }
}

__global__ void __launch_bounds__(kTileThreads, 4) tiled_kernel(GpuCorrelation p) {
  IMPASTO_SHARED(float, patch, [kChunk * kPatchPlane]);
  IMPASTO_SHARED(float, filters, [kChunk * kFilters]);
  IMPASTO_SHARED(int2, pixels, [kPatchPixels]);
  const int thread = static_cast<int>(threadIdx.x);
  const TilePlace tile = tile_of_block(p, kTileRows, kTileColumns);
  const TileThread mine = tile_thread();
  for (int k = thread; k < kPatchPixels; k += kTileThreads) {
    const SourcePixel at = source_pixel(p, tile.n, tile.y - p.top + k / kPatchColumns,
                                        tile.x - p.left + k % kPatchColumns);
    pixels[k] = make_int2(at.values, at.bits);
  }
  const int padded = ceil_ratio(p.ic, kChunk) * kChunk;
  const float4* packed = reinterpret_cast<const float4*>(
      static_cast<const float*>(p.filters) + static_cast<std::size_t>(tile.o / kTiledOutputs) *
                                                 static_cast<std::size_t>(padded) * kFilters);
  TileSums sums = {};
  for (int c = 0; c < padded; c += kChunk) {
    __syncthreads();  // the chunk before this one has been read, and `pixels` written
    load_patch(p, pixels, c, patch);
    for (int k = thread; k < kChunk * kFilters / 4; k += kTileThreads) {
      reinterpret_cast<float4*>(filters)[k] = __ldg(packed + k);
    }
    packed += kChunk * kFilters / 4;
    __syncthreads();
    const int channels = min(kChunk, p.ic - c);
    for (int k = 0; k < channels; ++k) {
      add_channel(patch + k * kPatchPlane, filters + k * kFilters, mine, sums);
    }
  }
  finish_tile(p, tile, mine, sums);
}

}  // namespace

void tiled_correlate(const GpuQueue& queue, const GpuCorrelation& p) {
  const auto parts = [](int a, int b) { return static_cast<unsigned>((a + b - 1) / b); };
  const unsigned blocks = static_cast<unsigned>(p.n) * parts(p.oh, kTileRows) *
                          parts(p.ow, kTileColumns) * parts(p.oc, kTiledOutputs);
  launch(queue, {"conv2d.cuda.tiled", dim3(blocks), dim3(kTileThreads)}, tiled_kernel, p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
