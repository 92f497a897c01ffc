// How far a result is from what it should be.
#pragma once

#include "tensor/tensor.h"

namespace impasto::lab {

struct Difference {
  double frobenius = 0;  // |got - want| / |want|
  double worst = 0;      // largest element of |got - want|, relative to the largest of |want|
};

// Of two tensors of one shape. NaN anywhere makes both infinite. For packed bits both are the
// share of bits that differ.
Difference difference(const Tensor& got, const Tensor& want);

}  // namespace impasto::lab
