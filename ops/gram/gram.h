// Gram matrices: the style statistic of Gatys, Ecker and Bethge, "Image style transfer using
// convolutional neural networks", CVPR 2016.
//
//   G[n] = scale * F[n]^T F[n],  F [n, h, w, c] read as n matrices of (h w) x c;  G [n, c, c],
//   symmetric.
//
// f32 and f64. In a context of mixed precision kernels may round both factors of a product to 16
// bits.
#pragma once

#include <cstdint>
#include <string>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

struct GramProblem {
  std::int64_t n = 1;
  std::int64_t m = 0;  // pixels, h * w
  std::int64_t c = 0;
  double scale = 1;
  DType dtype = DType::f32;
  bool mixed = false;  // kernels may round the operands of products to 16 bits
  std::int64_t macs() const { return n * m * c * c; }
  std::string to_string() const;
};

Tensor gram_forward(Context& context, const Tensor& features, double scale);

// grad_features = scale * F (dG + dG^T), shape of features. grad_gram [n, c, c] need not be
// symmetric. Where `sum` is defined, the gradient is added to it in place and it is returned.
Tensor gram_backward(Context& context, const Tensor& features, const Tensor& grad_gram,
                     double scale, Tensor sum = {});

struct GramForwardArgs {
  const Tensor& features;
  Tensor& gram;
};
struct GramBackwardArgs {
  const Tensor& features;
  const Tensor& grad_gram;
  Tensor& grad_features;
  bool accumulate = false;  // add to what grad_features holds
};
KernelTable<GramProblem, GramForwardArgs> gram_forward_table();    // gram.fwd
KernelTable<GramProblem, GramBackwardArgs> gram_backward_table();  // gram.bwd

}  // namespace impasto
