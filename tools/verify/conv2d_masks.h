// Masks of a fused ReLU and pool: random ones, and when two of them may differ.
#pragma once

#include <string>

#include "ops/conv2d/conv2d.h"

namespace impasto::verify {

// A mask as a forward call could have given it: behind a maximum at most one bit a window.
Tensor random_mask(const Conv2dProblem& problem, std::uint64_t seed);

// Empty when `got` differs from `want` only where rounding decides: where a sum is within
// `tolerance` of zero, or of another one of its window. `sums` are what ReLU and pool were applied
// to. Otherwise the first bit that is wrong.
std::string wrong_mask(const Conv2dProblem& problem, const Tensor& got, const Tensor& want,
                       const Tensor& sums, double tolerance);

}  // namespace impasto::verify
