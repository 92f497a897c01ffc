// One block's tile of a matrix product on a GPU: what gemm, gram and its gradient share.
//
//   sums[rows, cols] = sum over k in [begin, end) of a(row, k) b(k, col)
//
// Two ways to compute it, one interface: here in plain multiply-adds, in cuda_mma_tile.cuh on
// tensor cores. The operands are functors, so that a product can read a matrix transposed, or the
// sum of a matrix and its transpose, without that ever being in memory. Both bring [kDepth] steps
// of k into shared memory at a time; the loads of the next steps are in flight (in registers) while
// these are multiplied.
//
// Included by .cu files only.
#pragma once

#include <cstdint>

#include "tensor/cuda/kernel.h"

namespace impasto::gemm_tile::IMPASTO_GPU {

inline constexpr unsigned kSide = 64;   // rows and columns of a block's tile
inline constexpr unsigned kDepth = 16;  // steps of k in shared memory
inline constexpr unsigned kPadded = kSide + 8;

// The steps that one block adds up, and where its tile lies.
struct TilePlace {
  std::int64_t row = 0, col = 0;    // of the tile's first element
  std::int64_t begin = 0, end = 0;  // of k
};

// Brings operands in. `k_first` tells along which index neighbouring threads read: true when k is
// the one that is contiguous in memory.
template <class T, unsigned threads, bool k_first>
struct Loader {
  static constexpr unsigned kEach = kSide * kDepth / threads;
  T held[kEach];

  static __device__ unsigned side(unsigned e) {
    const unsigned i = e * threads + threadIdx.x;
    return k_first ? i / kDepth : i % kSide;
  }
  static __device__ unsigned depth(unsigned e) {
    const unsigned i = e * threads + threadIdx.x;
    return k_first ? i % kDepth : i / kSide;
  }
  // get(position along the side, k): an element, 0 outside.
  template <class Get>
  __device__ void load(const Get& get, std::int64_t first, std::int64_t k, std::int64_t end) {
    for (unsigned e = 0; e < kEach; ++e) {
      const std::int64_t step = k + depth(e);
      held[e] = step < end ? get(first + side(e), step) : T{0};
    }
  }
  __device__ void store(T (*to)[kPadded]) const {
    for (unsigned e = 0; e < kEach; ++e) to[depth(e)][side(e)] = held[e];
  }
};

// In f32 or f64 multiply-adds: 256 threads, each 4 x 4 of the tile.
template <class T>
struct PlainTile {
  static constexpr unsigned kThreads = 256;
  static constexpr unsigned kOwn = 4;
  T sums[kOwn][kOwn];

  template <bool a_k_first, bool b_k_first, class A, class B>
  __device__ void multiply(const A& a, const B& b, const TilePlace& place) {
    IMPASTO_SHARED(T, a_tile, [kDepth][kPadded]);
    IMPASTO_SHARED(T, b_tile, [kDepth][kPadded]);
    Loader<T, kThreads, a_k_first> load_a;
    Loader<T, kThreads, b_k_first> load_b;
    const auto b_get = [&](std::int64_t col, std::int64_t k) { return b(k, col); };
    for (auto& row : sums) {
      for (T& sum : row) sum = 0;
    }
    load_a.load(a, place.row, place.begin, place.end);
    load_b.load(b_get, place.col, place.begin, place.end);
    const unsigned r = threadIdx.x / 16 * kOwn, c = threadIdx.x % 16 * kOwn;
    for (std::int64_t k = place.begin; k < place.end; k += kDepth) {
      __syncthreads();  // nobody reads the last steps any more
      load_a.store(a_tile);
      load_b.store(b_tile);
      __syncthreads();  // all of these are there
      load_a.load(a, place.row, k + kDepth, place.end);
      load_b.load(b_get, place.col, k + kDepth, place.end);
      for (unsigned step = 0; step < kDepth; ++step) {
        for (unsigned i = 0; i < kOwn; ++i) {
          for (unsigned j = 0; j < kOwn; ++j) {
            sums[i][j] += a_tile[step][r + i] * b_tile[step][c + j];
          }
        }
      }
    }
  }

  // visit(row, col, sum) of this thread's elements, within the tile.
  template <class Visit>
  __device__ void each(const Visit& visit) const {
    const unsigned r = threadIdx.x / 16 * kOwn, c = threadIdx.x % 16 * kOwn;
    for (unsigned i = 0; i < kOwn; ++i) {
      for (unsigned j = 0; j < kOwn; ++j) visit(r + i, c + j, sums[i][j]);
    }
  }
};

}  // namespace impasto::gemm_tile::IMPASTO_GPU
