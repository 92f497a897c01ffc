#include "optim/lbfgs_fixed.h"

#include <array>
#include <utility>

#include "ops/basis/basis.h"
#include "ops/reduce/reduce.h"
#include "optim/vectors.h"

namespace impasto {

LbfgsFixed::LbfgsFixed(const LbfgsOptions& options)
    : options_(options), history_(options.history, options.whole_history) {}

void LbfgsFixed::reset() {
  guard_.reset();
  history_ = LbfgsHistory(options_.history, options_.whole_history);
  gradient_ = {};
  evaluations_ = 0;
}

void LbfgsFixed::advance(Context& context, Tensor& x, const Objective& objective) {
  // Memory that stays is taken before an evaluation's comes and goes.
  history_.grow(context, x);
  ensure_like(context, x, gradient_);
  guard_.prepare(context, x);
  const Evaluation here = evaluate(objective, x);
  ++evaluations_;
  guard_.evaluated(context, here, x, options_.gradient_tolerance);
  move(context, x, here.gradient);
  guard_.moved(context, x);
}

// What the last move changed is computed whether or not the history may learn from it; the guard's
// orders say so on the device.
void LbfgsFixed::move(Context& context, Tensor& x, const Tensor& gradient) {
  assign(context, 1, gradient, -1, gradient_, history_.change());
  assign(context, 1, gradient, gradient_);
  const LbfgsAim aim{.orders = guard_.orders(),
                     .abs_sum = abs_sum(context, gradient),
                     .learning_rate = options_.learning_rate};
  history_.aim(context, gradient, aim, history_.move());
  combine(context, guard_.move_weights(), std::array{x, history_.move()}, x);
}

StepResult LbfgsFixed::result() {
  StepResult result = guard_.result();
  result.evaluations = std::exchange(evaluations_, 0);
  return result;
}

}  // namespace impasto
