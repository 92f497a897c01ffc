// Problems that every conv2d kernel is tried on, and what tests of them share.
#pragma once

#include <cstdint>
#include <vector>

#include "ops/conv2d/conv2d.h"
#include "tools/verify/session.h"

namespace impasto::verify {

// Shapes at the seams of the kernels: widths around tiles of 6, 9 and 12 pixels, channels around
// vectors of 4, 8 and 16 and blocks of 8, 16 and 64, single pixels, primes, batches, tall, wide and
// even filters, strides, padding of every mode and beyond the filter's reach.
std::vector<Conv2dProblem> conv2d_problems();

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

// What sums may be off in f32 whose length, and one more, is `length`: eps length max|a| max|b|,
// more when the operands were rounded before.
double sum_tolerance(double length, const Tensor& a, const Tensor& b, double operand_eps = 0);

// <conv(src, wei), grad> = <src, backward data> = <wei, backward filter>, at a size where the
// reference would be slow: operands, the number and what it may be off.
struct Conv2dAdjoint {
  Conv2dAdjoint(Session& session, PadMode mode);
  Conv2dProblem problem;
  Tensor src, wei, grad;
  double want = 0, tolerance = 0;
};

}  // namespace impasto::verify
