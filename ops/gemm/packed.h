// C (+)= alpha A B for a B that was packed into panels: what gemm and the gradient of gram share.
//
// A panel holds `tile.cols` columns of B, row after row, zero beyond the last column; panel j
// starts at j * k * tile.cols. A is read where it lies, in any layout.
#pragma once

#include <cstdint>

#include "ops/gemm/tile.h"
#include "tensor/thread_pool.h"

namespace impasto {

struct PackedProduct {
  std::int64_t m = 0, n = 0, k = 0;
  const float* a = nullptr;  // a[i, p] at i * a_row + p * a_step
  std::int64_t a_row = 0;
  std::int64_t a_step = 0;
  const float* panels = nullptr;
  float* c = nullptr;  // [m, n]
  float alpha = 1;
  bool add = false;  // to what c holds
};

// Floats that the panels of a [k, n] matrix take.
std::int64_t packed_count(std::int64_t k, std::int64_t n, const gemm_tile::TileKernel& tile);

// Every element of C is computed by one thread in one order: the same bits for every thread count.
void multiply_packed(ThreadPool& threads, const PackedProduct& product,
                     const gemm_tile::TileKernel& tile);

}  // namespace impasto
