// Total variation of a picture x [n, h, w, c], over all horizontally and vertically adjacent pairs
// d:
//
//   squared:  weight / (n h w c) * sum d^2        smooths evenly, strongest on large steps
//   absolute: weight / (n h w c) * sum |d|        keeps edges; the subgradient at 0 is 0
//
// The value is an f64 scalar, accumulated in a fixed order. x f32 or f64. A mean, like the other
// losses, so that a weight means the same at every picture size. Mahendran and Vedaldi, CVPR 2015,
// section 3.2.
#pragma once

#include <cstdint>
#include <string>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

enum class VariationKind : std::uint8_t { squared, absolute };

struct TotalVariationProblem {
  std::int64_t n = 1, h = 0, w = 0, c = 0;
  VariationKind kind = VariationKind::squared;
  double weight = 1;
  DType dtype = DType::f32;
  std::string to_string() const;
};

Tensor total_variation_forward(Context& context, const Tensor& x, VariationKind kind,
                               double weight);

// upstream is an f64 scalar; the result has the shape of x.
Tensor total_variation_backward(Context& context, const Tensor& x, VariationKind kind,
                                double weight, const Tensor& upstream);

struct TotalVariationForwardArgs {
  const Tensor& x;
  Tensor& value;
};
struct TotalVariationBackwardArgs {
  const Tensor& x;
  const Tensor& upstream;
  Tensor& grad_x;
};
KernelTable<TotalVariationProblem, TotalVariationForwardArgs>
total_variation_forward_table();  // total_variation.fwd
KernelTable<TotalVariationProblem, TotalVariationBackwardArgs>
total_variation_backward_table();  // total_variation.bwd

}  // namespace impasto
