// Many vectors against few, each of the many read once: inner products with all of them, and linear
// combinations of them. What an optimiser with a memory needs, whose memory is far larger than any
// cache.
//
//   products[r, c] = sum_i vectors[r][i] with[c][i]          [rows, cols], f64
//   dst[i] = sum_r weights[r] vectors[r][i]
//
// All operands of one shape and dtype, f32 or f64. Computed in double, in an order that the problem
// alone decides: the same bits for every thread count. An element of a result depends on its own
// vectors only, to the bit: not on how many others are computed with it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

struct BasisProblem {
  std::int64_t rows = 0;   // vectors
  std::int64_t cols = 0;   // of inner products; 0 for a combination
  std::int64_t count = 0;  // elements of each vector
  DType dtype = DType::f32;
  std::string to_string() const;
};

Tensor inner_products(Context& context, std::span<const Tensor> vectors,
                      std::span<const Tensor> with);

// dst may be one of the vectors.
void combine(Context& context, std::span<const double> weights, std::span<const Tensor> vectors,
             Tensor& dst);

struct InnerProductsArgs {
  std::span<const Tensor> vectors;
  std::span<const Tensor> with;
  Tensor& products;
};
struct CombineArgs {
  std::span<const double> weights;
  std::span<const Tensor> vectors;
  Tensor& dst;
};
KernelTable<BasisProblem, InnerProductsArgs> inner_products_table();  // basis.dot
KernelTable<BasisProblem, CombineArgs> combine_table();               // basis.combine

}  // namespace impasto
