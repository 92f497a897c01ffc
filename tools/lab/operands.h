// Operands of what is timed: a function of shape and seed.
#pragma once

#include <vector>

#include "tensor/tensor.h"

namespace impasto::lab {

Tensor uniform(const Shape& shape, std::uint64_t seed);  // f32 in [-1, 1)
Tensor bits(const Shape& shape, std::uint64_t seed);     // packed, half of them set
Tensor scalar();                                         // f64, 1: an upstream gradient
Tensor numbers(const std::vector<double>& values);       // f64 [values]

// Those of one call; some may be undefined.
struct Operands {
  std::vector<Tensor*> inputs, results;

  double bytes() const;
  void move_to(Device device) const;
  // Of the results, or of the first alone: the largest element of the difference by the largest of
  // `want`, which is on the cpu. NaN is infinitely wrong.
  double largest_error(const Operands& want, bool first_only) const;
};

}  // namespace impasto::lab
