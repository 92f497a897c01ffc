// The gradient of a filter in f32 without tensor cores, through shared memory as
// cuda_filter_rows.cuh says: a thread adds up 8 elements of 8 filters (small tiles: of 4) in
// registers. The next chunk of pixels is on its way there while this one is multiplied.
//
// Cost: n oh ow oc ic kh kw FMA. For 64 of them a thread reads 16 words of shared memory, in which
// the 8 x 4 threads of a warp meet: 48 words of 12 vectors. A block reads 192 words of the
// second-level cache for 8192, where `direct` reads 9 words of the first for 8.
#include "ops/conv2d/cuda_filter_tile.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

// kAcross threads along the elements, each with two runs of 4 of them, and kRuns runs of 4 filters.
template <int kThreads_, int kAcross_, int kRuns_>
struct FmaShape {
  static constexpr int kThreads = kThreads_, kAcross = kAcross_, kRuns = kRuns_;
  static constexpr int kM = 8 * kAcross, kN = kThreads / kAcross * 4 * kRuns;
  static constexpr GpuElement kElement = GpuElement::f32;
};
using Large = FmaShape<128, 16, 2>;
using Small = FmaShape<64, 8, 1>;

// kRuns times 4 neighbouring words, runs kApart words apart.
template <int kRuns, int kApart>
__device__ __forceinline__ void read_runs(const std::uint32_t* from, float (&to)[4 * kRuns]) {
#pragma unroll
  for (int r = 0; r < kRuns; ++r) {
    const float4 v = *reinterpret_cast<const float4*>(from + r * kApart);
    to[4 * r] = v.x, to[4 * r + 1] = v.y, to[4 * r + 2] = v.z, to[4 * r + 3] = v.w;
  }
}

template <class Shape>
__global__ void __launch_bounds__(Shape::kThreads, 384 / Shape::kThreads)
    tiled_kernel(GpuFilterGradient p) {
  using Loader = FilterLoader<Shape::kM, Shape::kN, Shape::kThreads, Shape, false>;
  constexpr int kApartM = Shape::kM / 2, kApartN = Shape::kN / Shape::kRuns;
  constexpr int kOwn = 4 * Shape::kRuns;
  IMPASTO_SHARED(std::uint32_t, stages, [2 * Loader::kStageWords]);
  constexpr int kWarps = Shape::kAcross / 8;  // along the elements; each has 8 x 4 threads
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  const int m = (warp % kWarps * 8 + lane % 8) * 4, n = (warp / kWarps * 4 + lane / 8) * 4;
  const FilterPlace place = filter_place<Shape::kM, Shape::kN, Loader::kPixels>(p);
  Loader loader(p, place);
  loader.start(stages);
  loader.finish(stages);
  float sums[8][kOwn] = {};
  for (int chunk = 0; chunk < place.chunks; ++chunk) {
    const std::uint32_t* stage = stages + chunk % 2 * Loader::kStageWords;
    std::uint32_t* next = stages + (chunk + 1) % 2 * Loader::kStageWords;
    __syncthreads();  // this chunk is there, and the one before it has been read
    const bool more = chunk + 1 < place.chunks;
    if (more) loader.start(next);
#pragma unroll 4
    for (int k = 0; k < kChunkRows; ++k) {
      float a[8], b[kOwn];
      read_runs<2, kApartM>(stage + k * Loader::kPatchStep + m, a);
      read_runs<Shape::kRuns, kApartN>(stage + Loader::kPatchWords + k * Loader::kGradStep + n, b);
#pragma unroll
      for (int i = 0; i < 8; ++i) {
#pragma unroll
        for (int j = 0; j < kOwn; ++j) sums[i][j] += a[i] * b[j];
      }
    }
    if (more) loader.finish(next);
  }
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const FilterQuad quad = filter_quad(p.shape, place.e + m + r * kApartM);
#pragma unroll
    for (int j = 0; j < kOwn; ++j) {
      const int o = place.o + n + j / 4 * kApartN + j % 4;
      write_quad(
          p, place.split, quad, o,
          make_float4(sums[4 * r][j], sums[4 * r + 1][j], sums[4 * r + 2][j], sums[4 * r + 3][j]));
    }
  }
}

template <class Shape>
void run(const GpuQueue& queue, const GpuFilterGradient& p) {
  constexpr const char* kId = "conv2d.bwd_filter.cuda.tiled";
  launch(queue, {kId, filter_grid(p, {Shape::kM, Shape::kN}), dim3(Shape::kThreads)},
         tiled_kernel<Shape>, p);
  add_runs(queue, p, kId);
}

}  // namespace

void tiled_backward_filter(const GpuQueue& queue, const GpuFilterGradient& p) {
  static_assert(Large::kM == kLargeFilterTile.elements && Large::kN == kLargeFilterTile.filters);
  static_assert(Small::kM == kSmallFilterTile.elements && Small::kN == kSmallFilterTile.filters);
  p.small ? run<Small>(queue, p) : run<Large>(queue, p);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
