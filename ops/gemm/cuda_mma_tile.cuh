// The tile of cuda_tile.cuh on tensor cores. Included by .cu files only.
#pragma once

#include <cstdint>

#include "ops/gemm/cuda_tile.cuh"
#include "tensor/cuda/mma.h"

namespace impasto::gemm_tile::IMPASTO_GPU {

// An f32 number as two of tf32, whose 11 bits each leave 2^-22 of it.
struct Split {
  std::uint32_t high, low;
};
__device__ inline Split split(float value) {
  const std::uint32_t high = to_tf32(value);
  return {high, to_tf32(value - __uint_as_float(high))};
}

// On tensor cores: 128 threads, each of the four warps 32 x 32 of the tile as 2 x 4 products of
// m16n8k8 in tf32. With `exact`, three of them a product (high high + high low + low high) keep
// f32's accuracy; without, operands are rounded to 11 bits.
template <bool exact>
struct MmaTile {
  static constexpr unsigned kThreads = 128;
  static constexpr unsigned kRows = 2, kCols = 4;  // fragments of a warp
  float sums[kRows][kCols][4];

  template <bool a_k_first, bool b_k_first, class A, class B>
  __device__ void multiply(const A& a, const B& b, const TilePlace& place) {
    IMPASTO_SHARED(float, a_tile, [kDepth][kPadded]);
    IMPASTO_SHARED(float, b_tile, [kDepth][kPadded]);
    Loader<float, kThreads, a_k_first> load_a;
    Loader<float, kThreads, b_k_first> load_b;
    const auto b_get = [&](std::int64_t col, std::int64_t k) { return b(k, col); };
    for (auto& row : sums) {
      for (auto& fragment : row) {
        for (float& sum : fragment) sum = 0;
      }
    }
    load_a.load(a, place.row, place.begin, place.end);
    load_b.load(b_get, place.col, place.begin, place.end);
    for (std::int64_t k = place.begin; k < place.end; k += kDepth) {
      __syncthreads();  // nobody reads the last steps any more
      load_a.store(a_tile);
      load_b.store(b_tile);
      __syncthreads();  // all of these are there
      load_a.load(a, place.row, k + kDepth, place.end);
      load_b.load(b_get, place.col, k + kDepth, place.end);
      for (unsigned step = 0; step < kDepth; step += 8) add_products(a_tile + step, b_tile + step);
    }
  }

  template <class Visit>
  __device__ void each(const Visit& visit) const {
    const unsigned group = lane() / 4, pair = lane() % 4 * 2;
#pragma unroll  // sums stay in registers only then
    for (unsigned i = 0; i < kRows; ++i) {
#pragma unroll
      for (unsigned j = 0; j < kCols; ++j) {
        const unsigned r = first_row() + i * 16 + group, c = first_col() + j * 8 + pair;
        visit(r, c, sums[i][j][0]);
        visit(r, c + 1, sums[i][j][1]);
        visit(r + 8, c, sums[i][j][2]);
        visit(r + 8, c + 1, sums[i][j][3]);
      }
    }
  }

 private:
  static __device__ unsigned lane() {
    return threadIdx.x % 32;
  }
  static __device__ unsigned first_row() {
    return threadIdx.x / 64 * 32;
  }
  static __device__ unsigned first_col() {
    return threadIdx.x / 32 % 2 * 32;
  }

  // Eight steps of k. Rows of the shared tiles are 72 floats apart: 8 banks, so the 4 x 8 elements
  // that a warp reads at once lie in 32 different ones.
  __device__ void add_products(const float (*a)[kPadded], const float (*b)[kPadded]) {
    const unsigned group = lane() / 4, k = lane() % 4;
    std::uint32_t b_high[kCols][2], b_low[kCols][2];
    for (unsigned j = 0; j < kCols; ++j) {
      for (unsigned half = 0; half < 2; ++half) {
        const Split value = split(b[k + 4 * half][first_col() + j * 8 + group]);
        b_high[j][half] = value.high, b_low[j][half] = value.low;
      }
    }
    for (unsigned i = 0; i < kRows; ++i) {
      std::uint32_t a_high[4], a_low[4];
      for (unsigned e = 0; e < 4; ++e) {
        const Split value = split(a[k + e / 2 * 4][first_row() + i * 16 + group + e % 2 * 8]);
        a_high[e] = value.high, a_low[e] = value.low;
      }
      for (unsigned j = 0; j < kCols; ++j) {
        if constexpr (exact) {
          mma_m16n8k8_tf32(sums[i][j], a_low, b_high[j]);
          mma_m16n8k8_tf32(sums[i][j], a_high, b_low[j]);
        }
        mma_m16n8k8_tf32(sums[i][j], a_high, b_high[j]);
      }
    }
  }
};

}  // namespace impasto::gemm_tile::IMPASTO_GPU
