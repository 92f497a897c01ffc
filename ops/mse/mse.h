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

Tensor mse_forward(Context& context, const Tensor& a, const Tensor& b, double weight);

// grad_a = upstream * weight * 2 / count * (a - b); upstream is an f64 scalar. That of b is its
// negative.
Tensor mse_backward(Context& context, const Tensor& a, const Tensor& b, double weight,
                    const Tensor& upstream);

struct MseForwardArgs {
  const Tensor& a;
  const Tensor& b;
  Tensor& value;
};
struct MseBackwardArgs {
  const Tensor& a;
  const Tensor& b;
  const Tensor& upstream;
  Tensor& grad_a;
};
KernelTable<MseProblem, MseForwardArgs> mse_forward_table();    // mse.fwd
KernelTable<MseProblem, MseBackwardArgs> mse_backward_table();  // mse.bwd

}  // namespace impasto
