#include "optim/adam.h"

#include <cmath>

#include "ops/elementwise/adam.h"
#include "ops/elementwise/elementwise.h"
#include "ops/reduce/reduce.h"
#include "optim/vectors.h"
#include "tensor/error.h"

namespace impasto {

Adam::Adam(const AdamOptions& options) : options_(options) {
  const auto is_rate = [](double beta) { return beta >= 0 && beta < 1; };
  IMPASTO_CHECK(std::isfinite(options.learning_rate) && options.learning_rate > 0,
                "adam: learning rate {}", options.learning_rate);
  IMPASTO_CHECK(is_rate(options.beta1) && is_rate(options.beta2) && options.epsilon > 0,
                "adam: beta1 {}, beta2 {}, epsilon {}", options.beta1, options.beta2,
                options.epsilon);
}

void Adam::reset() {
  last_good_ = {};
  m_ = v_ = {};
  steps_ = 0;
}

void Adam::retreat(Context& context, Tensor& x, const std::string& what, StepResult& result) {
  steps_ = 0;
  last_good_.retreat(context, x, what, result);
}

StepResult Adam::step(Context& context, Tensor& x, const Objective& objective) {
  const Evaluation here = evaluate(objective, x);
  StepResult result{.loss = here.loss, .evaluations = 1};
  const std::string nonfinite = describe_nonfinite(context, here);
  if (!nonfinite.empty()) {
    retreat(context, x, nonfinite, result);
    return result;
  }
  last_good_.keep(context, x, here.loss);
  if (!vanishes(context, here.gradient, 0, result)) move(context, x, here.gradient, result);
  return result;
}

void Adam::move(Context& context, Tensor& x, const Tensor& gradient, StepResult& result) {
  ensure_like(context, x, m_);
  ensure_like(context, x, v_);
  const double t = static_cast<double>(++steps_);
  const double rate = options_.learning_rate * last_good_.step_scale();
  const std::vector<double> scalars = {rate / (1 - std::pow(options_.beta1, t)),
                                       std::sqrt(1 - std::pow(options_.beta2, t)),
                                       steps_ == 1 ? kAdamFirstStep : kAdamLaterStep};
  adam_step(
      context, {options_.beta1, options_.beta2, options_.epsilon},
      {Tensor::from<double>({kAdamScalars}, scalars).to(context.device()), gradient, m_, v_, x});
  if (count_nonfinite(context, x).item() != 0) {
    retreat(context, x, "the next point is not finite", result);
  }
}

}  // namespace impasto
