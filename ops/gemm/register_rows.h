// Cuts the rows of a product whose other matrix streams by into register tiles: for Winograd's
// products in f32 and for those of 16-bit integers. Included once per instruction set.
//
// A Tile has Product, Element, kVectorElements (of a vector of the filters), kSteps (of k that a
// vector of the filters holds), and template <R, V> static void multiply(product, row, next): R
// rows by V vectors, all of k.
#pragma once

#include <cstdint>

#include "tensor/simd/vec.h"

namespace impasto::gemm_tile::IMPASTO_ISA {

inline constexpr unsigned kMaxRows = 6;
inline constexpr unsigned kMaxVectors = simd::IMPASTO_ISA::kRegisters == 32 ? 4 : 2;

// What one group of rows brings near: the next rows of src, and wei_step elements of the next
// matrix at each step of k.
template <class Element>
struct Fetch {
  const Element* src;
  const Element* wei;
  std::int64_t wei_step;
};

template <class Tile, unsigned R, unsigned V>
void choose_rows(const typename Tile::Product& p, std::int64_t row, unsigned rows,
                 const Fetch<typename Tile::Element>& next) {
  if (rows == R) return Tile::template multiply<R, V>(p, row, next);
  if constexpr (R > 1) choose_rows<Tile, R - 1, V>(p, row, rows, next);
}

// Groups of rows of nearly one size, each of which fetches an equal share of the next matrix:
// memory is asked evenly.
template <class Tile, unsigned V = kMaxVectors>
void multiply_by_rows(const typename Tile::Product& p) {
  using Element = typename Tile::Element;
  if (p.vectors != V) {
    if constexpr (V > 1) multiply_by_rows<Tile, V - 1>(p);
    return;
  }
  constexpr std::int64_t line = 64 / sizeof(Element);
  const std::int64_t groups = (p.rows + kMaxRows - 1) / kMaxRows;
  const std::int64_t width = V * Tile::kVectorElements, share = (width + groups - 1) / groups;
  const std::int64_t step = share < line ? share : line;
  for (std::int64_t g = 0; g < groups; ++g) {
    const std::int64_t row = g * p.rows / groups, end = (g + 1) * p.rows / groups;
    const Element* src = end < p.rows ? p.src + end * p.src_step : p.next_src;
    choose_rows<Tile, kMaxRows, V>(p, row, static_cast<unsigned>(end - row),
                                   {src, p.next_wei + g * step * p.depth / Tile::kSteps, step});
  }
}

}  // namespace impasto::gemm_tile::IMPASTO_ISA
