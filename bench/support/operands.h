// Operands of benchmarks: a function of shape and seed.
#pragma once

#include <istream>

#include "tensor/tensor.h"

namespace impasto::bench {

Tensor uniform(const Shape& shape, std::uint64_t seed);  // f32 in [-1, 1)
Tensor bits(const Shape& shape, std::uint64_t seed);     // packed, half of them set
Tensor scalar();                                         // f64, 1: an upstream gradient

// A feature map, as lines of bench/shapes/maps*.txt have it.
struct Map {
  std::int64_t n = 0, h = 0, w = 0, c = 0;

  Shape shape() const { return {n, h, w, c}; }
  std::int64_t count() const { return n * h * w * c; }
};
Map parse_map(std::istream& words);

}  // namespace impasto::bench
