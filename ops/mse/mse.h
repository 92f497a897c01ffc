// Weighted mean squared error: value = weight * mean((a - b)^2), an f64 scalar; a and b f32 or f64
// of one shape. Sums are accumulated in double in a fixed order: the same bits for every thread
// count.
#pragma once

#include <cstdint>
#include <string>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

struct MseProblem {
  std::int64_t count = 0;
  double weight = 1;
  DType dtype = DType::f32;
  std::string to_string() const;
};

struct MseForward {
  Tensor value;
  Tensor difference;  // a - b, of their dtype: all that the gradient reads; undefined unless wanted
};
MseForward mse_forward(Context& context, const Tensor& a, const Tensor& b, double weight,
                       bool want_difference);

// grad_a = upstream * weight * 2 / count * difference; upstream is an f64 scalar. That of b is the
// same with -weight. Where `sum` is defined, the gradient is added to it in place and it is
// returned.
Tensor mse_backward(Context& context, const Tensor& difference, double weight,
                    const Tensor& upstream, Tensor sum = {});

struct MseForwardArgs {
  const Tensor& a;
  const Tensor& b;
  Tensor& value;
  Tensor& difference;  // undefined when not wanted
};
struct MseBackwardArgs {
  const Tensor& difference;
  const Tensor& upstream;
  Tensor& grad;
  bool accumulate = false;  // add to what grad holds
};
KernelTable<MseProblem, MseForwardArgs> mse_forward_table();    // mse.fwd
KernelTable<MseProblem, MseBackwardArgs> mse_backward_table();  // mse.bwd

}  // namespace impasto
