#include "optim/vectors.h"

#include "ops/elementwise/elementwise.h"
#include "ops/launch.h"

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
  IMPASTO_CHECK(evaluation.loss.defined() && evaluation.loss.numel() == 1 &&
                    evaluation.loss.dtype() == DType::f64,
                "optimiser: the loss is {} {}, expected one f64",
                evaluation.loss.shape().to_string(), to_string(evaluation.loss.dtype()));
  IMPASTO_CHECK(
      gradient.defined() && gradient.shape() == x.shape() && gradient.dtype() == x.dtype(),
      "optimiser: the gradient of {} {} is {} {}", to_string(x.dtype()), x.shape().to_string(),
      to_string(gradient.dtype()), gradient.shape().to_string());
  return evaluation;
}

std::string describe_nonfinite_loss(double loss) {
  return fmt::format("the loss is {}", loss);
}

std::string describe_nonfinite_elements(double count, std::int64_t of) {
  return fmt::format("{:.0f} of {} gradient elements are not finite", count, of);
}

std::string describe_vanishing(double largest) {
  return fmt::format("no element of the gradient is larger than {}", largest);
}

}  // namespace impasto
