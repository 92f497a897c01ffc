// One step of Adam, fused: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015,
// algorithm 1, in the order of operations of torch.optim.Adam:
//
//   m = beta1 m + (1 - beta1) g
//   v = beta2 v + (1 - beta2) g^2
//   x = x - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
//
// m, v and x are updated in place. f32 or f64, all of one shape and dtype; computed in double. What
// changes from step to step is on the context's device: the same call serves every step, and does
// not wait for the device.
#pragma once

#include <cstdint>
#include <string>

#include "ops/elementwise/adam_scalars.h"
#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

struct AdamParams {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

struct AdamProblem {
  std::int64_t count = 0;
  AdamParams params;
  DType dtype = DType::f32;
  std::string to_string() const;
};

struct AdamArgs {
  // See adam_scalars.h. With a mode that is none of its three, kernels of the processor throw
  // Error; those of a GPU, which cannot, write nothing.
  const Tensor& scalars;
  const Tensor& grad;
  Tensor& m;
  Tensor& v;
  Tensor& x;
};

void adam_step(Context& context, const AdamParams& params, const AdamArgs& args);

KernelTable<AdamProblem, AdamArgs> adam_table();  // elementwise.adam

}  // namespace impasto
