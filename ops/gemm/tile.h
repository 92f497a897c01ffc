// The innermost step of every matrix product: one tile of C, held in registers while k advances.
// One kernel per instruction set; what is above it (packing, blocking, threads) is common.
//
// Plain structs only: ops/gemm/tile.cpp is compiled once per instruction set and must not share an
// inline function with the rest of the program.
#pragma once

#include <cstdint>

namespace impasto::gemm_tile {

// c[i, j] (+)= alpha * sum_p a[i, p] b[p, j] for i < rows, j < cols.
struct Tile {
  const float* a = nullptr;  // a[i, p] at i * a_row + p * a_step
  std::int64_t a_row = 0;
  std::int64_t a_step = 0;
  const float* b = nullptr;  // b[p, j] at p * b_step + j; readable up to whole vectors of columns
  std::int64_t b_step = 0;
  std::int64_t k = 0;
  float* c = nullptr;  // c[i, j] at i * c_row + j
  std::int64_t c_row = 0;
  std::int64_t rows = 0;  // any number
  std::int64_t cols = 0;  // in [1, TileKernel::cols]
  float alpha = 1;
  bool add = false;  // to what c holds
  // rows * k floats that are brought to the first-level cache meanwhile; any address is allowed.
  const float* fetch = nullptr;
};

struct TileKernel {
  std::int64_t lanes;  // of a vector
  std::int64_t rows;   // in registers at a time, with all columns
  std::int64_t cols;
  void (*multiply)(const Tile&);
  // Writes a panel of `count` rows: `cols` floats each from `from + i * row`, then zeros.
  void (*pack)(const float* from, std::int64_t row, std::int64_t count, std::int64_t cols,
               float* panel);
};

namespace generic {
extern const TileKernel kTile;
}
namespace avx2 {
extern const TileKernel kTile;
}
namespace avx512 {
extern const TileKernel kTile;
}

}  // namespace impasto::gemm_tile
