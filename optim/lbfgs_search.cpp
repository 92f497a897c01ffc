#include "optim/lbfgs_search.h"

#include <algorithm>
#include <cmath>

#include "ops/reduce/reduce.h"
#include "optim/vectors.h"

namespace impasto {
namespace {

// "" when loss and gradient are finite, otherwise what is not: "the loss is nan".
std::string describe_nonfinite(Context& context, double loss, const Tensor& gradient) {
  if (!std::isfinite(loss)) return describe_nonfinite_loss(loss);
  const double count = count_nonfinite(context, gradient).item();
  return count == 0 ? "" : describe_nonfinite_elements(count, gradient.numel());
}

// Whether no element of the gradient is larger than the tolerance; if so, result says converged.
bool vanishes(Context& context, const Tensor& gradient, double tolerance, StepResult& result) {
  const double largest = abs_max(context, gradient).item();
  if (largest > tolerance) return false;
  result.status = StepStatus::converged;
  result.message = describe_vanishing(largest);
  return true;
}

}  // namespace

LbfgsSearch::LbfgsSearch(const LbfgsOptions& options)
    : options_(options), direction_(options.history) {}

void LbfgsSearch::reset() {
  direction_ = LbfgsDirection(options_.history);
  caution_ = {};
  result_ = {};
  gradient_ = trial_ = {};
  buffers_.clear();
}

// A copy of the gradient in a buffer that nobody uses any more.
Tensor LbfgsSearch::keep(Context& context, const Tensor& gradient) {
  auto free = std::find_if(buffers_.begin(), buffers_.end(),
                           [](const Tensor& buffer) { return buffer.solely_owned(); });
  if (free == buffers_.end()) free = buffers_.emplace(free);
  ensure_like(context, gradient, *free);
  assign(context, 1, gradient, *free);
  return *free;
}

// Evaluates x unless that is known already; false when it is not finite.
bool LbfgsSearch::start(Context& context, const Tensor& x, const Objective& objective,
                        StepResult& result) {
  if (gradient_.defined()) return true;
  const Evaluation here = evaluate(objective, x);
  ++result.evaluations;
  const double loss = here.loss.item();
  const std::string nonfinite = describe_nonfinite(context, loss, here.gradient);
  if (!nonfinite.empty()) {
    fail_at_start(nonfinite, result);
    return false;
  }
  loss_ = loss;
  gradient_ = keep(context, here.gradient);
  return true;
}

LineSearch LbfgsSearch::search(Context& context, const Tensor& x, const Objective& objective,
                               StepResult& result) {
  const double slope = direction_.aim(context, gradient_);
  const Tensor& direction = direction_.direction();
  ensure_like(context, x, trial_);
  const auto line = [&](double step) -> LineSample {
    assign(context, step, direction, 1, x, trial_);
    if (count_nonfinite(context, trial_).item() != 0) return {step, NAN, NAN, {}};
    const Evaluation there = evaluate(objective, trial_);
    ++result.evaluations;
    return {step, there.loss.item(), dot(context, there.gradient, direction).item(),
            keep(context, there.gradient)};
  };
  const double first =
      direction_.full_step(context, gradient_) * options_.learning_rate * caution_.step_scale();
  const StrongWolfeOptions options{.direction_max = abs_max(context, direction).item()};
  return strong_wolfe(line, {0, loss_, slope, gradient_}, first, options);
}

void LbfgsSearch::move(Context& context, Tensor& x, const LineSample& to) {
  assign(context, to.step, direction_.direction(), 1, x, x);
  direction_.learn(context, to.gradient, gradient_, to.step);
  gradient_ = to.gradient;
  loss_ = to.loss;
  caution_.succeeded();
}

void LbfgsSearch::advance(Context& context, Tensor& x, const Objective& objective) {
  if (result_.status == StepStatus::converged || result_.status == StepStatus::stuck) return;
  const StepResult last = result_;
  result_ = search_once(context, x, objective);
  result_.evaluations += last.evaluations;
  result_.steps = last.steps + 1;
  result_.retreats = last.retreats + (result_.status == StepStatus::recovered ? 1 : 0);
}

StepResult LbfgsSearch::result() {
  const StepResult result = result_;
  result_.evaluations = 0;
  return result;
}

StepResult LbfgsSearch::search_once(Context& context, Tensor& x, const Objective& objective) {
  StepResult result;
  if (!start(context, x, objective, result)) return result;
  result.loss = loss_;
  if (vanishes(context, gradient_, options_.gradient_tolerance, result)) return result;
  for (;;) {
    const LineSearch found = search(context, x, objective, result);
    const bool moved = found.best.step > 0;
    if (moved) move(context, x, found.best);
    result.loss = loss_;
    if (moved && found.finite) return result;
    const bool along_gradient = direction_.fresh();
    direction_.forget();
    if (!found.finite) {
      caution_.failed("a trial of the line search is not finite", result);
      return result;
    }
    if (along_gradient) {
      result.status = StepStatus::converged;
      result.message = "no lower point along the gradient";
      return result;
    }
  }
}

}  // namespace impasto
