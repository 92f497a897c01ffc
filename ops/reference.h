// What reference kernels share. They are written to be read and to be right: plain loops over
// templated element types, one instantiation per dtype, accumulation in double.
#pragma once

#include "tensor/error.h"
#include "tensor/tensor.h"

namespace impasto {

// Calls f with a null pointer of the floating-point type of dtype: float or double.
template <class F>
void dispatch_float(DType dtype, F f) {
  if (dtype == DType::f64) return f(static_cast<double*>(nullptr));
  IMPASTO_CHECK(dtype == DType::f32, "reference kernel: no {} variant", to_string(dtype));
  f(static_cast<float*>(nullptr));
}

}  // namespace impasto
