#include "optim/lbfgs_fixed.h"

#include "ops/elementwise/elementwise.h"
#include "ops/reduce/reduce.h"
#include "optim/vectors.h"

namespace impasto {

LbfgsFixed::LbfgsFixed(const LbfgsOptions& options)
    : options_(options), direction_(options.history) {}

void LbfgsFixed::reset() {
  direction_ = LbfgsDirection(options_.history);
  last_good_ = {};
  gradient_ = {};
  moved_ = false;
}

void LbfgsFixed::retreat(Context& context, Tensor& x, const std::string& what, StepResult& result) {
  direction_.forget();
  moved_ = false;
  last_good_.retreat(context, x, what, result);
}

void LbfgsFixed::learn(Context& context, const Tensor& gradient) {
  if (moved_) direction_.learn(context, gradient, gradient_, step_);
  ensure_like(context, gradient, gradient_);
  assign(context, 1, gradient, gradient_);
  moved_ = false;
}

StepResult LbfgsFixed::step(Context& context, Tensor& x, const Objective& objective) {
  const Evaluation here = evaluate(objective, x);
  StepResult result{.loss = here.loss, .evaluations = 1};
  const std::string nonfinite = describe_nonfinite(context, here);
  if (!nonfinite.empty()) {
    retreat(context, x, nonfinite, result);
    return result;
  }
  last_good_.keep(context, x, here.loss);
  learn(context, here.gradient);
  if (!vanishes(context, gradient_, options_.gradient_tolerance, result)) move(context, x, result);
  return result;
}

void LbfgsFixed::move(Context& context, Tensor& x, StepResult& result) {
  direction_.aim(context, gradient_);
  step_ =
      direction_.full_step(context, gradient_) * options_.learning_rate * last_good_.step_scale();
  axpby(context, step_, direction_.direction(), 1, x);
  moved_ = true;
  if (count_nonfinite(context, x).item() != 0) {
    retreat(context, x, "the next point is not finite", result);
  }
}

}  // namespace impasto
