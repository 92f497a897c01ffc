// One step of Adam, fused: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015,
// algorithm 1, in the order of operations of torch.optim.Adam:
//
//   m = beta1 m + (1 - beta1) g
//   v = beta2 v + (1 - beta2) g^2
//   x = x - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
//
// m, v and x are updated in place. f32 or f64, all of one shape and dtype; computed in double.
#pragma once

#include <cstdint>
#include <string>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

struct AdamStep {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  std::int64_t step = 1;  // t, counted from 1
};

struct AdamProblem {
  std::int64_t count = 0;
  AdamStep params;
  DType dtype = DType::f32;
  std::string to_string() const;
};

void adam_step(Context& context, const Tensor& grad, Tensor& m, Tensor& v, Tensor& x,
               const AdamStep& params);

struct AdamArgs {
  const Tensor& grad;
  Tensor& m;
  Tensor& v;
  Tensor& x;
};
KernelTable<AdamProblem, AdamArgs> adam_table();  // elementwise.adam

}  // namespace impasto
