// ReLU. The backward pass needs one bit an element: whether the output was positive.
//
// NaN passes through, so that a poisoned activation is seen and not hidden. f32 and f64.
#pragma once

#include <cstdint>
#include <string>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

struct ReluProblem {
  std::int64_t count = 0;
  DType dtype = DType::f32;
  std::string to_string() const;
};

struct ReluForward {
  Tensor dst;   // shape of src
  Tensor mask;  // same shape, bits, 1 where dst > 0; undefined unless asked for
};
ReluForward relu_forward(Context& context, const Tensor& src, bool want_mask);

// grad_src = mask ? grad_dst : 0.
Tensor relu_backward(Context& context, const Tensor& grad_dst, const Tensor& mask);

struct ReluForwardArgs {
  const Tensor& src;
  Tensor& dst;
  Tensor* mask;  // nullptr when not wanted
};
struct ReluBackwardArgs {
  const Tensor& grad_dst;
  const Tensor& mask;
  Tensor& grad_src;
};
KernelTable<ReluProblem, ReluForwardArgs> relu_forward_table();    // relu.fwd
KernelTable<ReluProblem, ReluBackwardArgs> relu_backward_table();  // relu.bwd

}  // namespace impasto
