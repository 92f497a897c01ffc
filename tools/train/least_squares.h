// The best linear map between two sets of vectors, from sums over them: nothing is kept but the
// normal equations, so the sets may be as large as they like.
#pragma once

#include "tensor/context.h"
#include "tensor/tensor.h"

namespace impasto::train {

class LeastSquares {
 public:
  // Rows of `from` [..., a] are to be mapped to rows of `to` [..., b], as many of them; f32.
  void add(Context& context, const Tensor& from, const Tensor& to);

  // min_M |from M - to| / |to| over all rows (Frobenius). Solved in f64 by Cholesky's method, with
  // a ridge of 1e-9 of the mean diagonal for what is linearly dependent.
  double relative_error() const;

 private:
  Tensor from_from_, from_to_;  // f64, on the host
  double to_to_ = 0;
};

}  // namespace impasto::train
