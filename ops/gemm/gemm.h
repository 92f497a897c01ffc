// Matrix product: C = alpha op(A) op(B), op(A) [m, k], op(B) [k, n], C [m, n]. f32 and f64.
#pragma once

#include <cstdint>
#include <string>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

struct GemmParams {
  bool transpose_a = false;  // A is stored [k, m]
  bool transpose_b = false;  // B is stored [n, k]
  double alpha = 1;
};

struct GemmProblem {
  std::int64_t m = 0, n = 0, k = 0;
  GemmParams params;
  DType dtype = DType::f32;
  std::int64_t macs() const { return m * n * k; }
  std::string to_string() const;
};

Tensor gemm(Context& context, const Tensor& a, const Tensor& b, const GemmParams& params = {});

struct GemmArgs {
  const Tensor& a;
  const Tensor& b;
  Tensor& c;
};
KernelTable<GemmProblem, GemmArgs> gemm_table();  // gemm.fwd

}  // namespace impasto
