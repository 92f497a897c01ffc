// Inputs for tests, each a pure function of shape and seed.
#pragma once

#include <cstdint>

#include "tensor/tensor.h"

namespace impasto::test {

// Standard normal.
Tensor random_tensor(const Shape& shape, DType dtype, std::uint64_t seed);

// Integers in [-3, 3]: sums of their products are exact in f32 up to 1.8 million terms in any
// order, so results must be equal, not near. Catches wrong indices and borders with no tolerance.
Tensor random_integers(const Shape& shape, DType dtype, std::uint64_t seed);

// Poison for outputs: an element that a kernel forgot to write stays NaN.
Tensor poisoned(const Shape& shape, DType dtype = DType::f32);

double max_abs(const Tensor& tensor);

}  // namespace impasto::test
