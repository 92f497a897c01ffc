// The gradient of a filter on tensor cores, through shared memory as cuda_filter_rows.cuh says,
// four chunks of pixels in flight: f32 whose channels are whole vectors by cp.async, the rest
// through registers. Outputs are cut into runs, as many as fill a GPU; cuda_filter_sums.cu adds
// them.
//
// Operands lie by k, so a fragment comes without ldmatrix: which row of the product a fragment's
// row is may be chosen freely. A lane takes 4 neighbouring words for 4 rows of fragments, and has 4
// neighbouring elements of one filter in the end, which leave as a vector.
//
// Cost: n oh ow oc ic kh kw products on tensor cores. Of a block's tile of 128 x 64, 192 words are
// read for 8192 products, 21 operations a byte in f32: from the second-level cache, for the taps
// of a pixel overlap. The runs' sums are written and read once.
#include "ops/conv2d/cuda_filter_tile.cuh"
#include "ops/conv2d/cuda_mma_tile.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

using Large = MmaShape<2, 2, 64, 32>;
using Small = MmaShape<2, 1, 32, 32>;

// The sums of one warp.
template <class Shape, class Loader, class Math>
class FilterTile {
 public:
  __device__ __forceinline__ FilterTile() {
    const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
    m_ = warp / Shape::kWarpsN * Shape::kWarpM;
    n_ = warp % Shape::kWarpsN * Shape::kWarpN;
    g_ = lane / 4, t_ = lane % 4;
  }

  __device__ __forceinline__ void multiply(const std::uint32_t* stage) {
    const std::uint32_t* patches = stage + t_ * Loader::kPatchStep + m_ + 4 * g_;
    const std::uint32_t* grads = stage + Loader::kPatchWords + t_ * Loader::kGradStep + n_ + 4 * g_;
#pragma unroll
    for (int k = 0; k < kChunkRows; k += 8) {
      std::uint32_t a[kMt][4], b[kNt][2];
#pragma unroll
      for (int i = 0; i < kMt; i += 2) {
        const std::uint32_t* from = patches + k * Loader::kPatchStep + i * 16;
        const uint4 low = words(from), high = words(from + 4 * Loader::kPatchStep);
        a[i][0] = low.x, a[i][1] = low.y, a[i][2] = high.x, a[i][3] = high.y;
        a[i + 1][0] = low.z, a[i + 1][1] = low.w, a[i + 1][2] = high.z, a[i + 1][3] = high.w;
      }
#pragma unroll
      for (int j = 0; j < kNt; j += 4) {
        const std::uint32_t* from = grads + k * Loader::kGradStep + j * 8;
        const uint4 low = words(from), high = words(from + 4 * Loader::kGradStep);
        b[j][0] = low.x, b[j + 1][0] = low.y, b[j + 2][0] = low.z, b[j + 3][0] = low.w;
        b[j][1] = high.x, b[j + 1][1] = high.y, b[j + 2][1] = high.z, b[j + 3][1] = high.w;
      }
      Math::step(a, b, sums_);
    }
  }

  __device__ __forceinline__ void write(const GpuFilterGradient& p,
                                        const FilterPlace& place) const {
#pragma unroll
    for (int i = 0; i < kMt; i += 2) {
      const FilterQuad quad = filter_quad(p.shape, place.e + m_ + i * 16 + 4 * g_);
#pragma unroll
      for (int j = 0; j < kNt; ++j) {
        const float(&d)[4] = sums_.of[i][j], (&e)[4] = sums_.of[i + 1][j];
        // Columns 2 t and 2 t + 1 of this fragment.
        const int o = place.o + n_ + j / 4 * 32 + 8 * t_ + j % 4;
        write_quad(p, place.split, quad, o, make_float4(d[0], d[2], e[0], e[2]));
        write_quad(p, place.split, quad, o + 4, make_float4(d[1], d[3], e[1], e[3]));
      }
    }
  }

 private:
  static constexpr int kMt = Shape::kWarpM / 16, kNt = Shape::kWarpN / 8;
  static_assert(kMt % 2 == 0 && kNt % 4 == 0);

  static __device__ __forceinline__ uint4 words(const std::uint32_t* from) {
    return *reinterpret_cast<const uint4*>(from);
  }

  MmaSums<kMt, kNt> sums_ = {};
  int m_, n_, g_, t_;  // of the warp's first element and filter; of the lane in fragments
};

template <class Shape, class Math, bool kAsync>
using LoaderOf = FilterLoader<Shape::kM, Shape::kN, Shape::kThreads, Math, kAsync>;

// How many blocks a multiprocessor should hold: what is on its way through registers needs more of
// them.
template <class Shape>
constexpr int blocks_of(bool async) {
  return (async ? 384 : 256) / Shape::kThreads;
}

template <class Shape, class Math, bool kAsync>
__global__ void __launch_bounds__(Shape::kThreads, blocks_of<Shape>(kAsync))
    gemm_kernel(GpuFilterGradient p) {
  using Loader = LoaderOf<Shape, Math, kAsync>;
  IMPASTO_DYNAMIC_SHARED(std::uint32_t, pool);
  const FilterPlace place = filter_place<Shape::kM, Shape::kN, Loader::kPixels>(p);
  Loader loader(p, place);
  FilterTile<Shape, Loader, Math> tile;
  stream_chunks<Shape::kStages, Loader::kStageWords>(
      pool, place.chunks, loader, [&](const std::uint32_t* stage) { tile.multiply(stage); });
  tile.write(p, place);
}

template <class Shape, class Math, bool kAsync>
void launch_tiles(const GpuQueue& queue, const GpuFilterGradient& p, const char* id) {
  constexpr std::size_t kWords = Shape::kStages * LoaderOf<Shape, Math, kAsync>::kStageWords;
  launch(queue,
         {id, filter_grid(p, {Shape::kM, Shape::kN}), dim3(Shape::kThreads),
          kWords * sizeof(std::uint32_t)},
         gemm_kernel<Shape, Math, kAsync>, p);
  add_runs(queue, p, id);
}

template <class Math, bool kAsync>
void run(const GpuQueue& queue, const GpuFilterGradient& p, const char* id) {
  static_assert(Large::kM == kLargeFilterTile.elements && Large::kN == kLargeFilterTile.filters);
  static_assert(Small::kM == kSmallFilterTile.elements && Small::kN == kSmallFilterTile.filters);
  p.small ? launch_tiles<Small, Math, kAsync>(queue, p, id)
          : launch_tiles<Large, Math, kAsync>(queue, p, id);
}

template <class Math>
void run_f32(const GpuQueue& queue, const GpuFilterGradient& p, const char* id) {
  const bool vectors = p.shape.ic % 4 == 0 && p.shape.oc % 4 == 0;
  vectors ? run<Math, true>(queue, p, id) : run<Math, false>(queue, p, id);
}

}  // namespace

void gemm_backward_filter(const GpuQueue& queue, const GpuFilterGradient& p, GemmMath math) {
  switch (math) {
    case GemmMath::tf32:
      return run_f32<Tf32>(queue, p, "conv2d.bwd_filter.cuda.implicit_gemm.tf32");
    case GemmMath::tf32x3:
      return run_f32<Tf32x3>(queue, p, "conv2d.bwd_filter.cuda.implicit_gemm.tf32x3");
    case GemmMath::bf16:
      return run<Bf16, false>(queue, p, "conv2d.bwd_filter.cuda.implicit_gemm.bf16");
    case GemmMath::f16:
      return run<F16, false>(queue, p, "conv2d.bwd_filter.cuda.implicit_gemm.f16");
  }
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
