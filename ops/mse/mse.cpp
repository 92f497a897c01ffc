#include "ops/mse/mse.h"

#include "ops/launch.h"

namespace impasto {
namespace {

MseProblem make_problem(const Tensor& a, const Tensor& b, double weight) {
  IMPASTO_CHECK(a.shape() == b.shape() && a.dtype() == b.dtype(),
                "mse: operands {} {} and {} {}, expected one shape and dtype",
                a.shape().to_string(), to_string(a.dtype()), b.shape().to_string(),
                to_string(b.dtype()));
  IMPASTO_CHECK(a.numel() > 0, "mse: operands {} are empty, which have no mean",
                a.shape().to_string());
  return {a.numel(), weight, a.dtype()};
}

}  // namespace

std::string MseProblem::to_string() const {
  return fmt::format("mse({} x {})", count, impasto::to_string(dtype));
}

MseForward mse_forward(Context& context, const Tensor& a, const Tensor& b, double weight,
                       bool want_difference) {
  const MseProblem problem = make_problem(a, b, weight);
  MseForward result{context.empty({}, DType::f64), {}};
  if (want_difference) result.difference = context.empty(a.shape(), a.dtype());
  launch(context, mse_forward_table(), problem,
         MseForwardArgs{a, b, result.value, result.difference});
  return result;
}

Tensor mse_backward(Context& context, const Tensor& difference, double weight,
                    const Tensor& upstream, Tensor sum) {
  IMPASTO_CHECK(upstream.dtype() == DType::f64 && upstream.shape() == Shape{},
                "mse backward: upstream gradient {} {}, expected an f64 scalar",
                upstream.shape().to_string(), to_string(upstream.dtype()));
  const bool accumulate = sum.defined();
  if (!accumulate) sum = context.empty(difference.shape(), difference.dtype());
  const MseProblem problem = make_problem(difference, sum, weight);
  launch(context, mse_backward_table(), problem,
         MseBackwardArgs{difference, upstream, sum, accumulate});
  return sum;
}

}  // namespace impasto
