// What is fused behind a convolution, for kernels that compute the sums first: mask and pool from
// the finished outputs, and the way back. One pass over memory each; kernels that do this in
// registers need none of it.
#pragma once

#include "ops/conv2d/conv2d.h"

namespace impasto::conv2d_kernels {

// From out [n, oh, ow, oc], bias and ReLU applied: the mask, if not null, and dst when pooled.
template <class T>
struct FusedOutputs {
  const T* out;
  T* dst;               // unused without a pool: out is dst
  std::uint64_t* mask;  // may be null
};
template <class T>
void finish_outputs(ThreadPool& threads, const Conv2dProblem& problem,
                    const FusedOutputs<T>& outputs);

// The gradient of the sums, [n, oh, ow, oc], from that of dst.
template <class T>
struct FusedGradient {
  const T* grad_dst;
  const std::uint64_t* mask;
  T* grad;
};
template <class T>
void unfuse_gradient(ThreadPool& threads, const Conv2dProblem& problem,
                     const FusedGradient<T>& gradient);

}  // namespace impasto::conv2d_kernels
