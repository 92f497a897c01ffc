// Many vectors against few, each of the many read once: inner products with all of them, and linear
// combinations of them; and a vector's way into one of many. What an optimiser with a memory needs,
// whose memory is far larger than any cache.
//
//   products[r, c] = sum_i vectors[r][i] with[c][i]          [rows, cols], f64
//   dst[i] = sum_r weights[r] vectors[r][i]
//   slots[index][i] = src[i]
//
// All vectors of one shape and dtype, f32 or f64. Computed in double, in an order that the problem
// alone decides: the same bits for every thread count. An element of a result depends on its own
// vectors only, to the bit: not on how many others are computed with it, nor on those left out.
//
// Which vectors take part, with what weights, and where a vector goes, are values on the context's
// device, f64: the same calls serve every iteration, and none of them waits for the device.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

struct BasisProblem {
  std::int64_t rows = 0;   // vectors, or slots
  std::int64_t cols = 0;   // of inner products; otherwise 0
  std::int64_t count = 0;  // elements of each vector
  DType dtype = DType::f32;
  std::string to_string() const;
  // Stands for this one when kernels are timed: a memory that grows by two vectors an iteration
  // would be a new problem each time.
  BasisProblem like() const;
};

// active: [rows], undefined when all are. A vector whose entry is 0 is not read, so it may hold
// anything; its products are 0.
Tensor inner_products(Context& context, std::span<const Tensor> vectors,
                      std::span<const Tensor> with, const Tensor& active = {});

// weights: [rows]. A vector of weight 0 is not read. dst may be one of the vectors.
void combine(Context& context, const Tensor& weights, std::span<const Tensor> vectors, Tensor& dst);

// index: one whole number; when it is negative nothing is written. Where it is none of the slots,
// kernels of the processor throw Error; those of a GPU, which cannot, write nothing.
void store(Context& context, const Tensor& index, const Tensor& src, std::span<const Tensor> slots);

struct InnerProductsArgs {
  std::span<const Tensor> vectors;
  std::span<const Tensor> with;
  Tensor& products;
  const Tensor& active;  // undefined: all
};
struct CombineArgs {
  const Tensor& weights;
  std::span<const Tensor> vectors;
  Tensor& dst;
};
struct StoreArgs {
  const Tensor& index;
  const Tensor& src;
  std::span<const Tensor> slots;
};
KernelTable<BasisProblem, InnerProductsArgs> inner_products_table();  // basis.dot
KernelTable<BasisProblem, CombineArgs> combine_table();               // basis.combine
KernelTable<BasisProblem, StoreArgs> store_table();                   // basis.store

}  // namespace impasto
