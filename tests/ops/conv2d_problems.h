// Problems that every conv2d kernel is tried on, and what tests of them share.
#pragma once

#include <cstdint>
#include <vector>

#include "ops/conv2d/conv2d.h"

namespace impasto::test {

// Shapes at the seams of the kernels: widths around tiles of 6, 9 and 12 pixels, channels around
// vectors of 4, 8 and 16 and blocks of 8, 16 and 64, single pixels, primes, batches, tall, wide and
// even filters, strides, padding of every mode and beyond the filter's reach.
std::vector<Conv2dProblem> conv2d_problems();

// Kernels are ordered best first, reference last.
template <class Problem, class Args>
const Kernel<Problem, Args>& reference_of(const KernelTable<Problem, Args>& table) {
  return table.kernels.back();
}

inline Shape src_shape(const Conv2dProblem& p) {
  return {p.n, p.h, p.w, p.ic};
}
inline Shape wei_shape(const Conv2dProblem& p) {
  return {p.oc, p.kh, p.kw, p.ic};
}
inline Shape out_shape(const Conv2dProblem& p) {  // before a pool
  return {p.n, p.oh(), p.ow(), p.oc};
}
inline bool can_pool(const Conv2dProblem& p) {
  return p.oh() >= 2 && p.ow() >= 2;
}

// What a sum of `length` products may be off in f32: eps (K + 1) max|a| max|b|, more when the
// operands were rounded before.
double sum_tolerance(std::int64_t length, const Tensor& a, const Tensor& b, double operand_eps = 0);

}  // namespace impasto::test
