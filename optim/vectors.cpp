#include "optim/vectors.h"

#include <cmath>

#include "ops/elementwise/elementwise.h"
#include "ops/reduce/reduce.h"

namespace impasto {

void assign(Context& context, double alpha, const Tensor& a, Tensor& dst) {
  ElementwiseProblem problem{.count = a.numel(), .alpha = alpha, .dtype = a.dtype()};
  problem.binary = false;
  launch(context, elementwise_table(), problem, ElementwiseArgs{a, Tensor(), dst});
}

void assign(Context& context, double alpha, const Tensor& a, double beta, const Tensor& b,
            Tensor& dst) {
  const ElementwiseProblem problem{
      .count = a.numel(), .alpha = alpha, .beta = beta, .dtype = a.dtype()};
  launch(context, elementwise_table(), problem, ElementwiseArgs{a, b, dst});
}

void ensure_like(Context& context, const Tensor& like, Tensor& tensor) {
  const bool fits =
      tensor.defined() && tensor.shape() == like.shape() && tensor.dtype() == like.dtype();
  if (!fits) tensor = context.empty(like.shape(), like.dtype());
}

Evaluation evaluate(const Objective& objective, const Tensor& x) {
  Evaluation evaluation = objective(x);
  const Tensor& gradient = evaluation.gradient;
  IMPASTO_CHECK(
      gradient.defined() && gradient.shape() == x.shape() && gradient.dtype() == x.dtype(),
      "optimiser: the gradient of {} {} is {} {}", to_string(x.dtype()), x.shape().to_string(),
      to_string(gradient.dtype()), gradient.shape().to_string());
  return evaluation;
}

std::string describe_nonfinite(Context& context, const Evaluation& evaluation) {
  if (!std::isfinite(evaluation.loss)) return fmt::format("the loss is {}", evaluation.loss);
  const double count = count_nonfinite(context, evaluation.gradient).item();
  if (count == 0) return "";
  return fmt::format("{:.0f} of {} gradient elements are not finite", count,
                     evaluation.gradient.numel());
}

bool vanishes(Context& context, const Tensor& gradient, double tolerance, StepResult& result) {
  const double largest = abs_max(context, gradient).item();
  if (largest > tolerance) return false;
  result.status = StepStatus::converged;
  result.message = fmt::format("no element of the gradient is larger than {}", largest);
  return true;
}

}  // namespace impasto
