// The register tile: as many accumulators as the instruction set has registers for, two vectors
// wide. Each step of k loads two vectors of the panel and broadcasts one element of each row:
// AVX-512 has 12 rows, 24 multiply-adds for 14 loads; the others 6 rows, 12 for 8. Either is enough
// to keep two multiply-add units busy while their latency of 4 passes.
#include "ops/gemm/tile.h"

#include "tensor/simd/vec.h"

namespace impasto::gemm_tile::IMPASTO_ISA {

using namespace simd::IMPASTO_ISA;

constexpr unsigned kVectors = 2;
constexpr unsigned kCols = kVectors * kLanes;
constexpr unsigned kRows = kRegisters == 32 ? 12 : 6;

// Rows are reached three at a time from one pointer: base, base + row, base + 2 row are addressing
// modes of the processor, so a tile of any layout needs only rows / 3 pointers.
constexpr unsigned kRowsPerPointer = 3;

static void store_row(const Tile& tile, float* c, const F32 (&row)[kVectors]) {
  for (unsigned v = 0; v < kVectors; ++v) {
    float* to = c + v * kLanes;
    const std::int64_t left = tile.cols - v * kLanes;
    const F32 product = row[v] * broadcast(tile.alpha);
    if (left >= kLanes) {
      store(to, tile.add ? load(to) + product : product);
    } else if (left > 0) {
      store_partial(to, tile.add ? load_partial(to, left) + product : product, left);
    }
  }
}

template <unsigned rows>
void multiply_rows(const Tile& tile) {
  constexpr unsigned kPointers = (rows + kRowsPerPointer - 1) / kRowsPerPointer;
  const float* a[kPointers];
  for (unsigned i = 0; i < kPointers; ++i) a[i] = tile.a + i * kRowsPerPointer * tile.a_row;
  const float* b = tile.b;
  F32 sums[rows][kVectors] = {};
  for (std::int64_t p = 0; p < tile.k; ++p) {
    const F32 b0 = load(b), b1 = load(b + kLanes);
    for (unsigned i = 0; i < rows; ++i) {
      const F32 element = broadcast(a[i / kRowsPerPointer][i % kRowsPerPointer * tile.a_row]);
      sums[i][0] = multiply_add(element, b0, sums[i][0]);
      sums[i][1] = multiply_add(element, b1, sums[i][1]);
    }
    for (unsigned i = 0; i < kPointers; ++i) a[i] += tile.a_step;
    b += kCols;
  }
  for (unsigned i = 0; i < rows; ++i) store_row(tile, tile.c + i * tile.c_row, sums[i]);
}

// The tile with as many rows as are left at the end of the matrix.
template <unsigned rows = kRows>
void multiply(const Tile& tile) {
  if constexpr (rows > 0) {
    if (tile.rows < rows) return multiply<rows - 1>(tile);
    multiply_rows<rows>(tile);
  }
}

static void pack(const float* from, std::int64_t row, std::int64_t count, std::int64_t cols,
                 float* panel) {
  for (std::int64_t i = 0; i < count; ++i, from += row, panel += kCols) {
    for (unsigned v = 0; v < kVectors; ++v) {
      const std::int64_t left = cols - v * kLanes;
      const float* vector = from + v * kLanes;
      store(panel + v * kLanes, left >= kLanes ? load(vector) : load_partial(vector, left));
    }
  }
}

const TileKernel kTile = {kRows, kCols, multiply<kRows>, pack};

}  // namespace impasto::gemm_tile::IMPASTO_ISA
