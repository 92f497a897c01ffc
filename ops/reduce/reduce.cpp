#include "ops/reduce/reduce.h"

#include "ops/launch.h"

namespace impasto {
namespace {

Tensor reduce(Context& context, ReduceKind kind, const Tensor& a, const Tensor& b = {}) {
  Tensor value = context.empty({}, DType::f64);
  launch(context, reduce_table(), ReduceProblem{kind, a.numel(), a.dtype()},
         ReduceArgs{a, b, value});
  return value;
}

}  // namespace

std::string ReduceProblem::to_string() const {
  const char* names[] = {"sum", "abs_sum", "abs_max", "dot", "nonfinite"};
  return fmt::format("reduce({} x {}, {})", count, impasto::to_string(dtype),
                     names[static_cast<int>(kind)]);
}

std::string ReduceRowsProblem::to_string() const {
  return fmt::format("reduce_rows([{}, {}] {})", rows, cols, impasto::to_string(dtype));
}

Tensor sum(Context& context, const Tensor& a) {
  return reduce(context, ReduceKind::sum, a);
}

Tensor abs_sum(Context& context, const Tensor& a) {
  return reduce(context, ReduceKind::abs_sum, a);
}

Tensor abs_max(Context& context, const Tensor& a) {
  return reduce(context, ReduceKind::abs_max, a);
}

Tensor dot(Context& context, const Tensor& a, const Tensor& b) {
  IMPASTO_CHECK(a.shape() == b.shape() && a.dtype() == b.dtype(),
                "dot: operands {} {} and {} {}, expected one shape and dtype",
                a.shape().to_string(), to_string(a.dtype()), b.shape().to_string(),
                to_string(b.dtype()));
  return reduce(context, ReduceKind::dot, a, b);
}

Tensor count_nonfinite(Context& context, const Tensor& a) {
  return reduce(context, ReduceKind::nonfinite, a);
}

Tensor sum_rows(Context& context, const Tensor& a) {
  IMPASTO_CHECK(a.shape().rank() >= 1, "sum_rows: a scalar has no rows");
  const std::int64_t cols = a.shape()[-1];
  Tensor dst = context.empty({cols}, a.dtype());
  launch(context, reduce_rows_table(),
         ReduceRowsProblem{cols == 0 ? 0 : a.numel() / cols, cols, a.dtype()},
         ReduceRowsArgs{a, dst});
  return dst;
}

}  // namespace impasto
