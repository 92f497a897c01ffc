// Winograd's F(4x4, 3x3) with the points of winograd_points.h, in three kernels: tiles of 6 x 6
// inputs become a row of 36 matrices, each is multiplied by the filters of its point on tensor
// cores, and the 36 results of a tile become 4 x 4 outputs.
//
// Transforms: a thread has one channel of one tile, so a warp reads and writes 32 neighbouring
// channels, and the bits of its outputs are one ballot. Everything is in registers.
//
// Cost: a quarter of the products of implicit_gemm, and 36 / 16 (ic + oc) floats a pixel written
// and read again; the host gives as many tiles at a time as the second-level cache holds.
#include "ops/conv2d/cuda_mma_tile.cuh"
#include "ops/conv2d/cuda_window.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

constexpr int kThreads = 128;
constexpr int kPoints = kWinogradPoints, kSide = kWinogradSide;

constexpr float kA = kPointA, kB = kPointB;
constexpr float kA2 = kPointA * kPointA, kB2 = kPointB * kPointB;
constexpr float kA3 = kA2 * kA, kB3 = kB2 * kB;
constexpr float kProduct = kA2 * kB2, kSum = kA2 + kB2;  // all exact in binary

// Coefficients of prod (x - q) over all points q but the one of the row; infinity has all of them.
__device__ __forceinline__ void input_1d(const float (&d)[6], float (&v)[6]) {
  const float even_a = d[4] - kB2 * d[2], odd_a = d[3] - kB2 * d[1];
  const float even_b = d[4] - kA2 * d[2], odd_b = d[3] - kA2 * d[1];
  v[0] = d[4] - kSum * d[2] + kProduct * d[0];
  v[1] = even_a + kA * odd_a;
  v[2] = even_a - kA * odd_a;
  v[3] = even_b + kB * odd_b;
  v[4] = even_b - kB * odd_b;
  v[5] = d[5] - kSum * d[3] + kProduct * d[1];
}

// Powers of the points.
__device__ __forceinline__ void output_1d(const float (&m)[6], float (&y)[4]) {
  const float sum_a = m[1] + m[2], difference_a = m[1] - m[2];
  const float sum_b = m[3] + m[4], difference_b = m[3] - m[4];
  y[0] = m[0] + sum_a + sum_b;
  y[1] = kA * difference_a + kB * difference_b;
  y[2] = kA2 * sum_a + kB2 * sum_b;
  y[3] = m[5] + kA3 * difference_a + kB3 * difference_b;
}

// The first output of a tile, and this thread's channel.
struct TileChannel {
  int tile = -1;  // within those at hand; -1 behind the last
  int n = 0, y = 0, x = 0, channel = 0;
};
__device__ __forceinline__ TileChannel tile_channel(const GpuWinograd& w, int channels) {
  const std::int64_t index =
      static_cast<std::int64_t>(blockIdx.x) * kThreads + static_cast<std::int64_t>(threadIdx.x);
  const int across = ceil_ratio(w.c.ow, kSide), down = ceil_ratio(w.c.oh, kSide);
  const int tile = static_cast<int>(index / channels), all = w.first + tile;
  if (tile >= w.tiles) return {};
  return {tile, all / across / down, all / across % down * kSide, all % across * kSide,
          static_cast<int>(index % channels)};
}

__device__ __forceinline__ float read_channel(const GpuCorrelation& p, SourcePixel at, int c) {
  if (at.values < 0) return 0;
  const float value = __ldg(p.src + static_cast<std::size_t>(at.values) * p.ic + c);
  if (p.src_mask == nullptr) return value;
  const unsigned byte = p.src_mask[static_cast<std::size_t>(at.bits) * mask_bytes(p.ic) + c / 8];
  if ((byte >> c % 8 & 1u) == 0) return 0;
  return p.src_pool == TilePool::average ? 0.25f * value : value;
}

// Thread: a channel of a tile, zero behind the last channel.
__global__ void __launch_bounds__(kThreads) input_kernel(GpuWinograd w) {
  const int channels = w.inside;
  const TileChannel t = tile_channel(w, channels);
  if (t.tile < 0) return;
  float columns[6][6];
#pragma unroll
  for (int j = 0; j < 6; ++j) {
    float d[6], v[6];
#pragma unroll
    for (int i = 0; i < 6; ++i) {
      const SourcePixel at = source_pixel(w.c, t.n, t.y - w.c.top + i, t.x - w.c.left + j);
      d[i] = t.channel < w.c.ic ? read_channel(w.c, at, t.channel) : 0.0f;
    }
    input_1d(d, v);
#pragma unroll
    for (int i = 0; i < 6; ++i) columns[i][j] = v[i];
  }
  const std::size_t step = static_cast<std::size_t>(w.tiles) * channels;
  float* to = w.inputs + static_cast<std::size_t>(t.tile) * channels + t.channel;
#pragma unroll
  for (int i = 0; i < 6; ++i) {
    float v[6];
    input_1d(columns[i], v);
#pragma unroll
    for (int j = 0; j < 6; ++j) to[(i * 6 + j) * step] = v[j];
  }
}

using Shape = MmaShape<2, 2, 64, 32>;

// Rows of one point's matrix of inputs.
class RowLoader {
 public:
  __device__ __forceinline__ RowLoader(const float* rows, int count, int channels)
      : from_(rows + part()), count_(count), channels_(channels) {}

  __device__ __forceinline__ void start(std::uint32_t* stage) {
#pragma unroll
    for (int u = 0; u < kUnits; ++u) {
      const bool exists = row(u) < count_;
      cp_async_16(stage + row(u) * kRowStep + part(), exists ? from_ + row(u) * channels_ : from_,
                  exists ? 16 : 0);
    }
    from_ += kRowWords;
  }
  __device__ __forceinline__ void finish(std::uint32_t*) {}

 private:
  static constexpr int kUnits = Shape::kM * 4 / Shape::kThreads;
  static __device__ __forceinline__ int row(int u) {
    return static_cast<int>(threadIdx.x) / 4 + u * (Shape::kThreads / 4);
  }
  static __device__ __forceinline__ int part() {
    return static_cast<int>(threadIdx.x) % 4 * 4;
  }

  const float* from_;
  int count_, channels_;
};

// Block: kM tiles and kN channels of one point. Sums go to memory as fragments have them: 8 rows of
// 32 contiguous bytes.
template <class Math>
__global__ void __launch_bounds__(Shape::kThreads)
    multiply_kernel(GpuWinograd w, const std::uint32_t* filters) {
  IMPASTO_DYNAMIC_SHARED(std::uint32_t, pool);
  const int channels = w.inside, outputs = w.outside;
  const int o = static_cast<int>(blockIdx.x) * Shape::kN;
  const int row = static_cast<int>(blockIdx.y) * Shape::kM, point = static_cast<int>(blockIdx.z);
  const std::size_t first = static_cast<std::size_t>(point) * w.tiles + row;
  RowLoader loader(w.inputs + first * channels, w.tiles - row, channels);
  MmaTile<Shape, Math> tile;
  const FilterRows rows{
      filters + static_cast<std::size_t>(point) * channels * outputs + o * kRowWords,
      static_cast<std::size_t>(outputs) * kRowWords};
  multiply_chunks(pool, channels / kRowWords, loader, rows, tile);
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int i = 0; i < tile.kMt; ++i) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const int m = tile.m + i * 16 + half * 8 + lane / 4;
      if (row + m >= w.tiles) continue;
      float* to = w.products + (first + m) * outputs + o + tile.n + lane % 4 * 2;
#pragma unroll
      for (int j = 0; j < tile.kNt; ++j) {
        const float(&d)[4] = tile.sums.of[i][j];
        *reinterpret_cast<float2*>(to + j * 8) = make_float2(d[2 * half], d[2 * half + 1]);
      }
    }
  }
}

// The four outputs of window (i, j) of a tile, finished; `bits` are for the mask.
struct Outputs {
  float of[4][4];
  unsigned bits = 0;  // of output (i, j) bit 4 i + j
};

__device__ __forceinline__ void finish_outputs(const GpuCorrelation& p, const TileChannel& t,
                                               Outputs& out) {
  const bool pooled = p.dst_pool != TilePool::none, exists = t.channel < p.oc;
  const float bias = p.bias != nullptr && exists ? __ldg(p.bias + t.channel) : 0.0f;
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    const int i = k / 2 * 2, j = k % 2 * 2, y = t.y + i, x = t.x + j;
    float window[4];
    unsigned reach = 0;
#pragma unroll
    for (int q = 0; q < 4; ++q) {
      float& value = out.of[i + q / 2][j + q % 2];
      window[q] = value = activate(value + bias, p.relu);
      reach |= value > 0 ? 1u << q : 0u;
    }
    if (pooled) {
      const bool whole = y + 1 < p.oh && x + 1 < p.ow;
      const float pool = pool_window(window, p.dst_pool, p.relu, reach);
      if (!whole) reach = 0;
      const std::size_t pixel = pixel_number(t.n, y / 2, x / 2, p.oh / 2, p.ow / 2);
      if (whole && exists) p.dst[pixel * p.oc + t.channel] = pool;
    }
#pragma unroll
    for (int q = 0; q < 4; ++q) {
      out.bits |= (exists ? reach >> q & 1u : 0u) << ((i + q / 2) * 4 + j + q % 2);
    }
  }
}

// Thread: a channel of a tile; its warp has 32 neighbouring ones of the same tile.
__global__ void __launch_bounds__(kThreads) output_kernel(GpuWinograd w) {
  const GpuCorrelation& p = w.c;
  const int channels = w.outside;
  const TileChannel t = tile_channel(w, channels);
  if (t.tile < 0) return;  // the whole warp: `channels` is a multiple of 32
  const std::size_t step = static_cast<std::size_t>(w.tiles) * channels;
  const float* from = w.products + static_cast<std::size_t>(t.tile) * channels + t.channel;
  float rows[4][6];
#pragma unroll
  for (int j = 0; j < 6; ++j) {
    float m[6], y[4];
#pragma unroll
    for (int i = 0; i < 6; ++i) m[i] = from[(i * 6 + j) * step];
    output_1d(m, y);
#pragma unroll
    for (int i = 0; i < 4; ++i) rows[i][j] = y[i];
  }
  Outputs out;
#pragma unroll
  for (int i = 0; i < 4; ++i) output_1d(rows[i], out.of[i]);
  finish_outputs(p, t, out);
  const int lane = t.channel % 32, byte = t.channel / 32 * 4 + lane, bytes = mask_bytes(p.oc);
#pragma unroll
  for (int k = 0; k < kSide * kSide; ++k) {
    const int y = t.y + k / kSide, x = t.x + k % kSide;
    if (y >= p.oh || x >= p.ow) continue;  // the same for the whole warp
    const std::size_t pixel = pixel_number(t.n, y, x, p.oh, p.ow);
    if (p.dst_pool == TilePool::none && t.channel < p.oc) {
      p.dst[pixel * p.oc + t.channel] = out.of[k / kSide][k % kSide];
    }
    if (p.mask == nullptr) continue;
    const unsigned word = __ballot_sync(0xffffffffu, out.bits >> k & 1u);
    if (lane < 4 && byte < bytes) {
      p.mask[pixel * bytes + byte] = static_cast<std::uint8_t>(word >> 8 * lane);
    }
  }
}

unsigned blocks(std::int64_t count, int size) {
  return static_cast<unsigned>((count + size - 1) / size);
}

template <class Math>
void multiply(const GpuQueue& queue, const GpuWinograd& w) {
  const dim3 grid(blocks(w.c.oc, Shape::kN), blocks(w.tiles, Shape::kM), kPoints);
  launch(queue,
         {"conv2d.cuda.winograd4, products", grid, dim3(Shape::kThreads),
          Shape::kStages * Shape::kStageWords * sizeof(std::uint32_t)},
         multiply_kernel<Math>, w, static_cast<const std::uint32_t*>(w.c.filters));
}

}  // namespace

void winograd_correlate(const GpuQueue& queue, const GpuWinograd& w, GemmMath math) {
  const std::int64_t inputs = static_cast<std::int64_t>(w.tiles) * w.inside;
  const std::int64_t outputs = static_cast<std::int64_t>(w.tiles) * w.outside;
  launch(queue, {"conv2d.cuda.winograd4, inputs", dim3(blocks(inputs, kThreads)), dim3(kThreads)},
         input_kernel, w);
  math == GemmMath::tf32 ? multiply<Tf32>(queue, w) : multiply<Tf32x3>(queue, w);
  launch(queue, {"conv2d.cuda.winograd4, outputs", dim3(blocks(outputs, kThreads)), dim3(kThreads)},
         output_kernel, w);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
