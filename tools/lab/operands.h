// Operands of what is timed: a function of shape and seed.
#pragma once

#include <vector>

#include "tensor/tensor.h"

namespace impasto::lab {

Tensor uniform(const Shape& shape, std::uint64_t seed);  // f32 in [-1, 1)
Tensor bits(const Shape& shape, std::uint64_t seed);     // packed, half of them set
Tensor scalar();                                         // f64, 1: an upstream gradient
Tensor numbers(const std::vector<double>& values);       // f64 [values]

}  // namespace impasto::lab
