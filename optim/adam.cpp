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

void Adam::restart_moments(Context& context, const Tensor& x) {
  m_ = Tensor::zeros(x.shape(), x.dtype(), context.device());
  v_ = Tensor::zeros(x.shape(), x.dtype(), context.device());
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
  if (steps_ == 0) restart_moments(context, x);
  const AdamStep params{.lr = options_.learning_rate * last_good_.step_scale(),
                        .beta1 = options_.beta1,
                        .beta2 = options_.beta2,
                        .epsilon = options_.epsilon,
                        .step = ++steps_};
  adam_step(context, gradient, m_, v_, x, params);
  if (count_nonfinite(context, x).item() != 0) {
    retreat(context, x, "the next point is not finite", result);
  }
}

}  // namespace impasto
