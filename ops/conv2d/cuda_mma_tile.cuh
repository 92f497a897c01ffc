// A tile of a matrix product on tensor cores: d[m, n] += sum_k a[m, k] b[n, k], both operands in
// shared memory in rows of 16 words of 32 bits, one f32 or two 16-bit numbers each. In words, the
// fragments of m16n8k8 (tf32) and m16n8k16 (16 bits) are the same, so one tile serves every math.
//
// Rows are 20 words apart: the 8 rows of 16 bytes that ldmatrix takes at a time are then in all
// different banks.
#pragma once

#include "ops/conv2d/cuda_mma_math.cuh"
#include "ops/conv2d/cuda_stream.cuh"

namespace impasto::conv2d_kernels::IMPASTO_GPU {

constexpr int kRowWords = kGemmWords, kRowStep = kRowWords + 4;

// A block of kWarpsM x kWarpsN warps, each of which has a tile of kWarpM x kWarpN.
template <int kWarpsM_, int kWarpsN_, int kWarpM_, int kWarpN_>
struct MmaShape {
  static constexpr int kWarpsN = kWarpsN_, kWarpM = kWarpM_, kWarpN = kWarpN_;
  static constexpr int kM = kWarpsM_ * kWarpM, kN = kWarpsN * kWarpN;
  static constexpr int kThreads = 32 * kWarpsM_ * kWarpsN;
  static constexpr int kStages = 4;  // chunks of k in flight
  static constexpr int kStageWords = (kM + kN) * kRowStep;
  static constexpr int kResultStep = kN + 4;  // of a tile of sums in shared memory
  static constexpr int kWords =
      kStages * kStageWords > kM* kResultStep ? kStages* kStageWords : kM* kResultStep;
};

// The sums of one warp.
template <class Shape, class Math>
struct MmaTile {
  static constexpr int kMt = Shape::kWarpM / 16, kNt = Shape::kWarpN / 8;
  static_assert(kNt % 2 == 0);
  MmaSums<kMt, kNt> sums = {};
  int m, n;  // of the warp's first row and column

  __device__ __forceinline__ MmaTile() {
    const int warp = static_cast<int>(threadIdx.x) / 32;
    m = warp / Shape::kWarpsN * Shape::kWarpM;
    n = warp % Shape::kWarpsN * Shape::kWarpN;
  }

  // a: kM rows, b: kN rows behind them.
  __device__ __forceinline__ void multiply(const std::uint32_t* stage) {
    const int lane = static_cast<int>(threadIdx.x) % 32, row = lane % 8, which = lane / 8;
    // Four 8 x 4-word matrices: of a both halves of the rows, then of the words; of b the reverse.
    const std::uint32_t* from_a = stage + (m + row + which % 2 * 8) * kRowStep + which / 2 * 4;
    const std::uint32_t* from_b =
        stage + (Shape::kM + n + row + which / 2 * 8) * kRowStep + which % 2 * 4;
#pragma unroll
    for (int word = 0; word < kRowWords; word += 8) {
      std::uint32_t a[kMt][4], b[kNt][2];
#pragma unroll
      for (int i = 0; i < kMt; ++i) ldmatrix_x4(a[i], from_a + i * 16 * kRowStep + word);
#pragma unroll
      for (int j = 0; j < kNt; j += 2) {
        std::uint32_t four[4];
        ldmatrix_x4(four, from_b + j * 8 * kRowStep + word);
        b[j][0] = four[0], b[j][1] = four[1], b[j + 1][0] = four[2], b[j + 1][1] = four[3];
      }
      Math::step(a, b, sums);
    }
  }

  // All sums of the block, [kM, kResultStep]; needs a barrier before and after.
  __device__ __forceinline__ void store(float* result) const {
    const int lane = static_cast<int>(threadIdx.x) % 32, g = lane / 4, t = lane % 4;
#pragma unroll
    for (int i = 0; i < kMt; ++i) {
#pragma unroll
      for (int j = 0; j < kNt; ++j) {
        float* to = result + (m + i * 16 + g) * Shape::kResultStep + n + j * 8 + 2 * t;
        const float(&d)[4] = sums.of[i][j];
        *reinterpret_cast<float2*>(to) = make_float2(d[0], d[1]);
        *reinterpret_cast<float2*>(to + 8 * Shape::kResultStep) = make_float2(d[2], d[3]);
      }
    }
  }
};

// Copies kN rows of packed filters, contiguous in memory, behind the rows of a.
template <class Shape>
__device__ __forceinline__ void load_filter_rows(const std::uint32_t* packed,
                                                 std::uint32_t* stage) {
  constexpr int kUnits = Shape::kN * kRowWords / 4;  // of 16 bytes
#pragma unroll
  for (int first = 0; first < kUnits; first += Shape::kThreads) {
    const int unit = first + static_cast<int>(threadIdx.x);
    if (kUnits % Shape::kThreads != 0 && unit >= kUnits) continue;
    std::uint32_t* to = stage + (Shape::kM + unit / 4) * kRowStep + unit % 4 * 4;
    cp_async_16(to, packed + unit * 4);
  }
}

// Packed filters: the rows of one chunk of k, and how far it is to those of the next.
struct FilterRows {
  const std::uint32_t* at;
  std::size_t step;
};

// Brings packed filters behind the rows of a, which Rows brings.
template <class Shape, class Rows>
struct WithFilters {
  Rows& rows;
  FilterRows filters;

  __device__ __forceinline__ void start(std::uint32_t* stage) {
    rows.start(stage);
    load_filter_rows<Shape>(filters.at, stage);
    filters.at += filters.step;
  }
  __device__ __forceinline__ void finish(std::uint32_t* stage) { rows.finish(stage); }
};

// All products of a block; `loader` brings the rows of a.
template <class Shape, class Math, class Loader>
__device__ __forceinline__ void multiply_chunks(std::uint32_t* pool, int chunks, Loader& loader,
                                                FilterRows filters, MmaTile<Shape, Math>& tile) {
  WithFilters<Shape, Loader> both{loader, filters};
  stream_chunks<Shape::kStages, Shape::kStageWords>(
      pool, chunks, both, [&](const std::uint32_t* stage) { tile.multiply(stage); });
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
