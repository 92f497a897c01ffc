// The Gram matrix of many pixels as a sum of those of slices: what the forward kernels of the CPU
// share.
//
// m is long and c short, so the pixels are what is divided, into a number of slices that the
// problem alone fixes. A task sums one slice for one group of columns into a partial matrix, and
// the partial matrices are added in order, in double: the same bits for every thread count. Only
// what reaches the diagonal or lies above it is computed; the rest is mirrored.
#pragma once

#include <functional>

#include "ops/gram/gram.h"

namespace impasto::gram_kernels {

// Pixels in one sum of floats, at most: keeps the error of a Gram over a million pixels near that
// of one over a thousand.
inline constexpr std::int64_t kMaxPixels = 256;

// Columns [begin, end) of pixels [first, last), for a matrix that holds nothing yet.
struct Slice {
  const float* features;  // [m, c]
  std::int64_t c, first, last;
  std::int64_t begin, end;  // begin is a multiple of 128
  float* partial;           // [c, c]
};

// Floats of all partial matrices.
std::int64_t partial_floats(const GramProblem&);

// Slices begin at multiples of `pixels`. sum(slice, thread) writes the upper triangle's part of its
// columns, also of a slice without pixels.
void sum_slices(Context&, const GramProblem&, const GramForwardArgs&, std::int64_t pixels,
                float* partials, const std::function<void(const Slice&, int)>& sum);

}  // namespace impasto::gram_kernels
