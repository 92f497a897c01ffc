#include "optim/adam.h"

#include <cmath>
#include <utility>

#include "ops/descent/adam_rules.h"
#include "ops/descent/descent.h"
#include "ops/elementwise/adam.h"
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
  guard_.reset();
  m_ = v_ = state_ = {};
  evaluations_ = 0;
}

void Adam::advance(Context& context, Tensor& x, const Objective& objective) {
  // Memory that stays is taken before an evaluation's comes and goes.
  if (!state_.defined()) state_ = Tensor::zeros({kAdamSize}, DType::f64, context.device());
  ensure_like(context, x, m_);
  ensure_like(context, x, v_);
  guard_.prepare(context, x);
  const Evaluation here = evaluate(objective, x);
  ++evaluations_;
  guard_.evaluated(context, here, x, 0);
  move(context, x, here.gradient);
  guard_.moved(context, x);
}

void Adam::move(Context& context, Tensor& x, const Tensor& gradient) {
  adam_plan(context, {options_.learning_rate, options_.beta1, options_.beta2},
            {guard_.orders(), state_});
  adam_step(context, {options_.beta1, options_.beta2, options_.epsilon},
            {state_.slice(kAdamNext, kAdamSize), gradient, m_, v_, x});
}

StepResult Adam::result() {
  StepResult result = guard_.result();
  result.evaluations = std::exchange(evaluations_, 0);
  return result;
}

}  // namespace impasto
