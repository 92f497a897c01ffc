// The comparator of all numeric tests. Written so that NaN fails: a value passes only if it is
// shown to be near. Its own test feeds it NaN, infinities, one wrong element, a shifted row and
// empty input.
#pragma once

#include <string>

#include "tensor/tensor.h"

namespace impasto::test {

struct Comparison {
  bool ok = false;
  double worst = 0;     // largest |got - want| as a share of the tolerance
  std::string message;  // index, got, want, tolerance, number of bad elements; empty when ok
};

// Element by element: |got - want| <= absolute + relative * |want|. Shapes must be equal and not
// empty; f32 or f64 on either side; both infinite with one sign is equal.
Comparison compare(const Tensor& got, const Tensor& want, double absolute, double relative = 0);

// Equal bits, any dtype.
Comparison compare_exact(const Tensor& got, const Tensor& want);

// ||got - want|| / ||want|| (Frobenius); infinity when anything is not finite or shapes differ.
double relative_error(const Tensor& got, const Tensor& want);

}  // namespace impasto::test
