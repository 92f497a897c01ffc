// Convolution as a matrix product on tensor cores: rows are the pixels of a square of outputs,
// columns are output channels, and k runs over taps and input channels. The matrix of patches
// exists only in shared memory, 16 words of each row at a time: a row is a pixel as the tap sees
// it, so 64 contiguous bytes of the picture.
//
// Four chunks of k are in flight. An f32 picture without a mask goes to shared memory by cp.async;
// what must be rounded to 16 bits or read through mask and pool passes through registers, fetched
// before the products of one chunk and stored after them. Sums go to shared memory at the end,
// where threads take windows of a pool and 8 channels, a byte of the mask.
//
// Cost: n oh ow oc ic kh kw products on tensor cores, of tf32, 16 bits, or three of tf32 for f32's
// accuracy. Against `tiled`: several times the arithmetic, any filter and stride.
#include "ops/conv2d/cuda_mma_tile.cuh"
#include "ops/conv2d/cuda_window.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

// Outputs of a block: kRows x kColumns pixels; and how many blocks a multiprocessor should hold, 0
// where the compiler's own choice needs no memory for registers.
template <int kRows_, int kColumns_, class Shape_, int kBlocks_>
struct GemmTile {
  using Shape = Shape_;
  static constexpr int kRows = kRows_, kColumns = kColumns_, kBlocks = kBlocks_;
  static_assert(kRows * kColumns == Shape::kM && kRows % 2 == 0 && kColumns % 2 == 0);
};
using LargeTile = GemmTile<8, 16, MmaShape<2, 2, 64, 32>, 0>;
using SmallTile = GemmTile<8, 8, MmaShape<2, 2, 32, 16>, 5>;  // where large ones would be few

struct Place {
  int n, y, x, o;
};

template <class Tile>
__device__ __forceinline__ Place place_of_block(const GpuCorrelation& p) {
  const int blocks = ceil_ratio(p.oc, Tile::Shape::kN);
  const int across = ceil_ratio(p.ow, Tile::kColumns), down = ceil_ratio(p.oh, Tile::kRows);
  const int index = static_cast<int>(blockIdx.x), tile = index / blocks;
  return {tile / across / down, tile / across % down * Tile::kRows, tile % across * Tile::kColumns,
          index % blocks * Tile::Shape::kN};
}

// Brings rows of patches near. A thread has kUnits times 16 bytes of shared memory, the same words
// of rows that are kThreads / 4 apart.
template <class Math, class Tile, bool kMasked>
class PatchLoader {
 public:
  static constexpr bool kHalf = Math::kElement != GpuElement::f32;
  static constexpr bool kAsync = !kHalf && !kMasked;
  static constexpr int kChunk = kHalf ? 2 * kRowWords : kRowWords;  // channels
  static constexpr int kUnits = Tile::Shape::kM * 4 / Tile::Shape::kThreads;

  __device__ __forceinline__ PatchLoader(const GpuCorrelation& p, const Place& place)
      : p_(p), place_(place) {
    locate();
  }

  // Begins to load the next chunk, from channel c_ of tap tap_ on.
  __device__ __forceinline__ void start(std::uint32_t* stage) {
    const int c = c_ + static_cast<int>(threadIdx.x) % 4 * (kChunk / 4);
#pragma unroll
    for (int u = 0; u < kUnits; ++u) {
      if constexpr (kAsync) {
        copy_vector(stage + offset(u), p_.src, p_.ic, at_[u].values, c);
      } else {
#pragma unroll
        for (int v = 0; v < kVectors; ++v) held_[u][v] = read_channels(p_, at_[u], c + 4 * v);
      }
    }
    c_ += kChunk;
    if (c_ < p_.ic) return;
    c_ = 0;
    ++tap_;
    locate();
  }

  // Stores what came through registers.
  __device__ __forceinline__ void finish(std::uint32_t* stage) {
    if constexpr (kHalf) {
#pragma unroll
      for (int u = 0; u < kUnits; ++u) {
        const float4 a = held_[u][0], b = held_[u][1];
        *reinterpret_cast<uint4*>(stage + offset(u)) = make_uint4(
            Math::pack(a.x, a.y), Math::pack(a.z, a.w), Math::pack(b.x, b.y), Math::pack(b.z, b.w));
      }
    } else if constexpr (kMasked) {
#pragma unroll
      for (int u = 0; u < kUnits; ++u) {
        *reinterpret_cast<float4*>(stage + offset(u)) = held_[u][0];
      }
    }
  }

 private:
  static constexpr int kVectors = kHalf ? 2 : 1;

  static __device__ __forceinline__ int row(int u) {
    return static_cast<int>(threadIdx.x) / 4 + u * (Tile::Shape::kThreads / 4);
  }
  static __device__ __forceinline__ int offset(int u) {
    return row(u) * kRowStep + static_cast<int>(threadIdx.x) % 4 * 4;
  }

  // Where the pixels of this tap lie; rows that are no outputs are zero.
  __device__ __forceinline__ void locate() {
    const int i = tap_ / p_.kw, j = tap_ % p_.kw;
#pragma unroll
    for (int u = 0; u < kUnits; ++u) {
      const int y = place_.y + row(u) / Tile::kColumns, x = place_.x + row(u) % Tile::kColumns;
      at_[u] = {};
      if (y >= p_.oh || x >= p_.ow || i >= p_.kh) continue;
      at_[u] = source_pixel(p_, place_.n, y * p_.stride + i - p_.top, x * p_.stride + j - p_.left);
    }
  }

  const GpuCorrelation& p_;
  Place place_;
  int tap_ = 0, c_ = 0;
  SourcePixel at_[kUnits];
  float4 held_[kUnits][kVectors];
};

// From the sums in shared memory, [pixel, channel].
template <class Tile>
__device__ __forceinline__ void finish_block(const GpuCorrelation& p, const Place& place,
                                             const float* result) {
  using Shape = typename Tile::Shape;
  constexpr int kGroups = Shape::kN / 8, kItems = Shape::kM / 4 * kGroups;
  for (int item = static_cast<int>(threadIdx.x); item < kItems; item += Shape::kThreads) {
    const int group = item % kGroups * 8, window = item / kGroups;
    const int y = window / (Tile::kColumns / 2) * 2, x = window % (Tile::kColumns / 2) * 2;
    const int c = place.o + group;
    Window t{place.n, place.y + y, place.x + x, {c, c + 4}, {}, {}};
    if (t.y >= p.oh || t.x >= p.ow || c >= p.oc) continue;
#pragma unroll
    for (int q = 0; q < 4; ++q) {
      const int pixel = (y + q / 2) * Tile::kColumns + x + q % 2;
      const float4* from =
          reinterpret_cast<const float4*>(result + pixel * Shape::kResultStep + group);
      const float4 a = from[0], b = from[1];
      t.of[q][0] = a.x, t.of[q][1] = a.y, t.of[q][2] = a.z, t.of[q][3] = a.w;
      t.of[q][4] = b.x, t.of[q][5] = b.y, t.of[q][6] = b.z, t.of[q][7] = b.w;
    }
    finish_window(p, t);
    if (p.mask == nullptr) continue;
#pragma unroll
    for (int q = 0; q < 4; ++q) write_byte(p, t, q, c, t.bits[q]);
  }
}

template <class Math, class Tile, bool kMasked>
__global__ void __launch_bounds__(Tile::Shape::kThreads, Tile::kBlocks)
    implicit_gemm_kernel(GpuCorrelation p) {
  using Shape = typename Tile::Shape;
  using Loader = PatchLoader<Math, Tile, kMasked>;
  IMPASTO_DYNAMIC_SHARED(std::uint32_t, pool);
  const Place place = place_of_block<Tile>(p);
  const int chunks = p.kh * p.kw * ceil_ratio(p.ic, Loader::kChunk);
  const int outputs = ceil_ratio(p.oc, kGemmOutputs) * kGemmOutputs;
  const FilterRows filters{static_cast<const std::uint32_t*>(p.filters) + place.o * kRowWords,
                           static_cast<std::size_t>(outputs) * kRowWords};
  Loader loader(p, place);
  MmaTile<Shape, Math> tile;
  multiply_chunks(pool, chunks, loader, filters, tile);
  float* result = reinterpret_cast<float*>(pool);
  tile.store(result);
  __syncthreads();
  finish_block<Tile>(p, place, result);
}

template <class Tile>
std::int64_t blocks_of(const GpuCorrelation& p) {
  const auto parts = [](int a, int b) { return static_cast<std::int64_t>((a + b - 1) / b); };
  return p.n * parts(p.oh, Tile::kRows) * parts(p.ow, Tile::kColumns) *
         parts(p.oc, Tile::Shape::kN);
}

template <class Math, class Tile>
void launch_tiles(const GpuQueue& queue, const GpuCorrelation& p, const char* id) {
  const auto kernel = p.src_mask == nullptr ? implicit_gemm_kernel<Math, Tile, false>
                                            : implicit_gemm_kernel<Math, Tile, true>;
  launch(queue,
         {id, dim3(static_cast<unsigned>(blocks_of<Tile>(p))), dim3(Tile::Shape::kThreads),
          Tile::Shape::kWords * sizeof(std::uint32_t)},
         kernel, p);
}

template <class Math>
void run(const GpuQueue& queue, const GpuCorrelation& p, const char* id) {
  constexpr std::int64_t kFew = 128;  // about one for each multiprocessor
  if (blocks_of<LargeTile>(p) < kFew) {
    launch_tiles<Math, SmallTile>(queue, p, id);
  } else {
    launch_tiles<Math, LargeTile>(queue, p, id);
  }
}

}  // namespace

void implicit_gemm(const GpuQueue& queue, const GpuCorrelation& p, GemmMath math) {
  switch (math) {
    case GemmMath::tf32:
      return run<Tf32>(queue, p, "conv2d.cuda.implicit_gemm.tf32");
    case GemmMath::tf32x3:
      return run<Tf32x3>(queue, p, "conv2d.cuda.implicit_gemm.tf32x3");
    case GemmMath::bf16:
      return run<Bf16>(queue, p, "conv2d.cuda.implicit_gemm.bf16");
    case GemmMath::f16:
      return run<F16>(queue, p, "conv2d.cuda.implicit_gemm.f16");
  }
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
