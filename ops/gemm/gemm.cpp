#include "ops/gemm/gemm.h"

#include "ops/launch.h"

namespace impasto {
namespace {

GemmProblem make_problem(const Tensor& a, const Tensor& b, const GemmParams& params) {
  const Shape &sa = a.shape(), &sb = b.shape();
  IMPASTO_CHECK(sa.rank() == 2 && sb.rank() == 2, "gemm: operands {} and {}, expected two matrices",
                sa.to_string(), sb.to_string());
  IMPASTO_CHECK(a.dtype() == b.dtype(), "gemm: operands {} and {}, expected one dtype",
                to_string(a.dtype()), to_string(b.dtype()));
  const int rows_a = params.transpose_a ? 1 : 0, rows_b = params.transpose_b ? 1 : 0;
  IMPASTO_CHECK(sa[1 - rows_a] == sb[rows_b], "gemm: {}{} times {}{}, inner extents {} and {}",
                sa.to_string(), params.transpose_a ? "^T" : "", sb.to_string(),
                params.transpose_b ? "^T" : "", sa[1 - rows_a], sb[rows_b]);
  return {sa[rows_a], sb[1 - rows_b], sb[rows_b], params, a.dtype()};
}

}  // namespace

std::string GemmProblem::to_string() const {
  return fmt::format("gemm([{}, {}]{} x [{}, {}]{} {})", m, k, params.transpose_a ? "^T" : "", k, n,
                     params.transpose_b ? "^T" : "", impasto::to_string(dtype));
}

Tensor gemm(Context& context, const Tensor& a, const Tensor& b, const GemmParams& params) {
  const GemmProblem problem = make_problem(a, b, params);
  Tensor c = context.empty({problem.m, problem.n}, problem.dtype);
  launch(context, gemm_table(), problem, GemmArgs{a, b, c});
  return c;
}

}  // namespace impasto
