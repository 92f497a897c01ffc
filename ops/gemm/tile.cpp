// The register tile: as many sums as the instruction set has registers for. Each step of k loads
// whole vectors of b and broadcasts one element of each row of a. AVX-512 holds 6 rows by 4
// vectors, 24 multiply-adds for 10 loads; the others 6 by 2, 12 for 8. Either keeps two
// multiply-add units busy while their latency of 4 passes. A tile with fewer vectors has more rows.
//
// What comes next is fetched meanwhile: b some steps ahead, whatever the caller names, and the
// elements of c that the sums will be added to.
#include "ops/gemm/tile.h"

#include "tensor/simd/unroll.h"
#include "tensor/simd/vec.h"

namespace impasto::gemm_tile::IMPASTO_ISA {
namespace {

using namespace simd::IMPASTO_ISA;

constexpr unsigned kMaxVectors = kRegisters == 32 ? 4 : 2;
constexpr unsigned kCols = kMaxVectors * kLanes;
constexpr unsigned kAhead = 8;  // steps of k

// Rows that fit beside V vectors of b, but at most 12, since their addresses live in registers too.
constexpr unsigned max_rows(unsigned vectors) {
  const unsigned fit = (kRegisters - 1 - vectors) / vectors;
  return fit < 12 ? fit : 12;
}

template <unsigned R, unsigned V>
struct Sums {
  F32 at[R * V];
};

// What follows the sums. Questions are asked once a tile, not once a vector.
template <unsigned R, unsigned V>
IMPASTO_INLINE void finish(const Tile& tile, float* c, Sums<R, V>& sums) {
  const F32 alpha = broadcast(tile.alpha);
  const std::int64_t c_row = tile.c_row, last = tile.cols - (V - 1) * kLanes;
  const bool add = tile.add;
  each<R * V>(IMPASTO_EACH(i) { sums.at[i] *= alpha; });
  if (last < kLanes) {
    each<R * V>(IMPASTO_EACH(i) {
      float* to = c + i / V * c_row + i % V * kLanes;
      const std::int64_t lanes = i % V + 1 < V ? kLanes : last;
      store_partial(to, add ? load_partial(to, lanes) + sums.at[i] : sums.at[i], lanes);
    });
  } else if (add) {
    each<R * V>(IMPASTO_EACH(i) {
      float* to = c + i / V * c_row + i % V * kLanes;
      store(to, load(to) + sums.at[i]);
    });
  } else {
    each<R * V>(IMPASTO_EACH(i) { store(c + i / V * c_row + i % V * kLanes, sums.at[i]); });
  }
}

// Rows [row, row + R) of a tile that is V vectors wide, the last of them perhaps cut short. Rows of
// a are addressed in threes from one pointer: x86 scales a register by 4 or 8 bytes for free.
template <unsigned R, unsigned V>
void multiply_rows(const Tile& tile, std::int64_t row) {
  float* c = tile.c + row * tile.c_row;
  if (tile.add) {
    for (unsigned i = 0; i < R * V; ++i) prefetch_near(c + i / V * tile.c_row + i % V * kLanes);
  }
  Sums<R, V> sums;
  each<R * V>(IMPASTO_EACH(i) { sums.at[i] = F32{}; });
  const std::int64_t a_row = tile.a_row, a_step = tile.a_step, b_step = tile.b_step;
  constexpr unsigned kPointers = (R + 2) / 3;
  const float* a[kPointers];
  each<kPointers>(IMPASTO_EACH(i) { a[i] = tile.a + (row + 3 * i) * a_row; });
  const float *b = tile.b, *ahead = b + kAhead * b_step;
  const float* fetch = tile.fetch == nullptr ? b : tile.fetch + row * tile.k;
  const std::int64_t fetch_step = tile.fetch == nullptr ? 0 : R;
  for (std::int64_t p = 0; p < tile.k; ++p) {
    F32 vectors[V];
    each<V>(IMPASTO_EACH(v) { vectors[v] = load(b + v * kLanes); });
    for (unsigned v = 0; v < V; ++v) prefetch_near(ahead + v * kLanes);
    prefetch_near(fetch);
    each<R>(IMPASTO_EACH(r) {
      const F32 element = broadcast(a[r / 3][r % 3 * a_row]);
      each<V>(IMPASTO_EACH(v) {
        sums.at[r * V + v] = multiply_add(element, vectors[v], sums.at[r * V + v]);
      });
    });
    each<kPointers>(IMPASTO_EACH(i) { a[i] += a_step; });
    b += b_step;
    ahead += b_step;
    fetch += fetch_step;
  }
  finish(tile, c, sums);
}

template <unsigned V, unsigned R = max_rows(V)>
void choose_rows(const Tile& tile, std::int64_t row, std::int64_t rows) {
  if (rows == R) return multiply_rows<R, V>(tile, row);
  if constexpr (R > 1) choose_rows<V, R - 1>(tile, row, rows);
}

// As few groups of rows as fit the registers, of nearly equal size.
template <unsigned V = kMaxVectors>
void multiply(const Tile& tile) {
  if constexpr (V > 1) {
    if (tile.cols <= (V - 1) * kLanes) return multiply<V - 1>(tile);
  }
  const std::int64_t groups = (tile.rows + max_rows(V) - 1) / max_rows(V);
  for (std::int64_t g = 0; g < groups; ++g) {
    const std::int64_t row = g * tile.rows / groups, end = (g + 1) * tile.rows / groups;
    choose_rows<V>(tile, row, end - row);
  }
}

void pack(const float* from, std::int64_t row, std::int64_t count, std::int64_t cols,
          float* panel) {
  for (std::int64_t i = 0; i < count; ++i, from += row, panel += kCols) {
    for (unsigned v = 0; v < kMaxVectors; ++v) {
      const std::int64_t columns = cols - v * kLanes, left = columns > 0 ? columns : 0;
      const float* vector = from + v * kLanes;
      store(panel + v * kLanes, left >= kLanes ? load(vector) : load_partial(vector, left));
    }
  }
}

}  // namespace

const TileKernel kTile = {kLanes, max_rows(kMaxVectors), kCols, multiply<>, pack};

}  // namespace impasto::gemm_tile::IMPASTO_ISA
