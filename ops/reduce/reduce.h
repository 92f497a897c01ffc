// Reductions of f32 or f64 tensors to an f64 scalar, and of rows to one row. Accumulated in double
// over chunks of a fixed size that are combined in a fixed order: the same bits for every thread
// count.
#pragma once

#include <cstdint>
#include <string>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

enum class ReduceKind : std::uint8_t {
  sum,
  abs_sum,
  abs_max,    // NaN when any element is
  dot,        // sum a b
  nonfinite,  // how many elements are NaN or infinite
};

struct ReduceProblem {
  ReduceKind kind = ReduceKind::sum;
  std::int64_t count = 0;
  DType dtype = DType::f32;
  std::string to_string() const;
};

struct ReduceRowsProblem {
  std::int64_t rows = 0, cols = 0;
  DType dtype = DType::f32;
  std::string to_string() const;
};

Tensor sum(Context& context, const Tensor& a);
Tensor abs_sum(Context& context, const Tensor& a);
Tensor abs_max(Context& context, const Tensor& a);
Tensor dot(Context& context, const Tensor& a, const Tensor& b);
Tensor count_nonfinite(Context& context, const Tensor& a);

// [..., cols] -> [cols], of the dtype of a: the gradient of a bias.
Tensor sum_rows(Context& context, const Tensor& a);

struct ReduceArgs {
  const Tensor& a;
  const Tensor& b;  // undefined but for dot
  Tensor& value;    // f64 scalar
};
struct ReduceRowsArgs {
  const Tensor& a;
  Tensor& dst;
};
KernelTable<ReduceProblem, ReduceArgs> reduce_table();               // reduce.all
KernelTable<ReduceRowsProblem, ReduceRowsArgs> reduce_rows_table();  // reduce.rows

}  // namespace impasto
