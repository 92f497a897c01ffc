// Instance normalisation of a feature map x [n, h, w, c]: each picture's channel gets mean 0 and
// variance 1 over its pixels (biased variance), then a learned gain and shift.
//
//   y = gamma[c] * (x - mean[n, c]) * rstd[n, c] + beta[c],   rstd = 1 / sqrt(var + epsilon)
//
// Ulyanov, Vedaldi and Lempitsky, "Instance normalization", 2016. f32 and f64.
#pragma once

#include <cstdint>
#include <string>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

struct InstanceNormProblem {
  std::int64_t n = 1, m = 0, c = 0;  // m = h * w
  double epsilon = 1e-5;
  DType dtype = DType::f32;
  std::string to_string() const;
};

struct InstanceNormForward {
  Tensor dst;
  Tensor mean;  // [n, c]
  Tensor rstd;  // [n, c]
};
struct InstanceNormBackward {
  Tensor grad_src;
  Tensor grad_gamma;  // [c]
  Tensor grad_beta;   // [c]
};

InstanceNormForward instance_norm_forward(Context& context, const Tensor& src, const Tensor& gamma,
                                          const Tensor& beta, double epsilon = 1e-5);
InstanceNormBackward instance_norm_backward(Context& context, const Tensor& src,
                                            const Tensor& grad_dst, const Tensor& gamma,
                                            const Tensor& mean, const Tensor& rstd);

struct InstanceNormForwardArgs {
  const Tensor& src;
  const Tensor& gamma;
  const Tensor& beta;
  Tensor& dst;
  Tensor& mean;
  Tensor& rstd;
};
struct InstanceNormBackwardArgs {
  const Tensor& src;
  const Tensor& grad_dst;
  const Tensor& gamma;
  const Tensor& mean;
  const Tensor& rstd;
  Tensor& grad_src;
  Tensor& grad_gamma;
  Tensor& grad_beta;
};
KernelTable<InstanceNormProblem, InstanceNormForwardArgs>
instance_norm_forward_table();  // instance_norm.fwd
KernelTable<InstanceNormProblem, InstanceNormBackwardArgs>
instance_norm_backward_table();  // instance_norm.bwd

}  // namespace impasto
