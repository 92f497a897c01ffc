#include "optim/safeguard.h"

#include <array>
#include <limits>

#include <fmt/format.h>

#include "ops/basis/basis.h"
#include "ops/descent/descent.h"
#include "ops/reduce/reduce.h"
#include "optim/vectors.h"

namespace impasto {
namespace {

using namespace guard;

std::string describe_failures(const std::string& what, double failures, double step_scale) {
  if (failures < kMaxFailures) {
    return fmt::format("{}: back at the last good point, next step {:.0e} as long", what,
                       step_scale);
  }
  return fmt::format("{}, {:.0f} times in a row: stopped at the last good point", what, failures);
}

std::string describe_cause(std::span<const double> state, std::int64_t count) {
  const double value = state[kCauseValue];
  switch (static_cast<Cause>(state[kCause])) {
    case kNoCause:
      return "";
    case kLossNotFinite:
      return describe_nonfinite_loss(value);
    case kGradientNotFinite:
      return describe_nonfinite_elements(value, count);
    case kNextNotFinite:
      return "the next point is not finite";
    case kVanishes:
      return describe_vanishing(value);
  }
  throw Error("guard: unknown cause");
}

}  // namespace

void fail_at_start(const std::string& what, StepResult& result) {
  result.status = StepStatus::stuck;
  result.loss = std::numeric_limits<double>::quiet_NaN();
  result.message = what + " at the start";
}

void Caution::succeeded() {
  lengthen_steps(failures_, step_scale_);
}

void Caution::failed(const std::string& what, StepResult& result) {
  const bool goes_on = shorten_steps(failures_, step_scale_);
  result.status = goes_on ? StepStatus::recovered : StepStatus::stuck;
  result.message = describe_failures(what, failures_, step_scale_);
}

void Guard::prepare(Context& context, const Tensor& x) {
  if (!state_.defined()) state_ = initial_guard_state(context.device());
  count_ = x.numel();
  ensure_like(context, x, good_);
}

void Guard::evaluated(Context& context, const Evaluation& here, const Tensor& x, double tolerance) {
  const Tensor nonfinite = count_nonfinite(context, here.gradient);
  const Tensor largest = abs_max(context, here.gradient);
  guard_evaluated(context, {here.loss, nonfinite, largest, state_}, tolerance);
  combine(context, state_.slice(kKeep, kKeep + 2), std::array{x, good_}, good_);
}

void Guard::moved(Context& context, Tensor& x) {
  guard_moved(context, count_nonfinite(context, x), state_);
  combine(context, state_.slice(kSettle, kSettle + 2), std::array{x, good_}, x);
}

Tensor Guard::orders() const {
  return state_.slice(0, kOrders);
}

Tensor Guard::move_weights() const {
  return state_.slice(kMove, kMove + 2);
}

StepResult Guard::result() const {
  const Tensor host = state_.to(Device{});
  const auto state = host.values<double>();
  StepResult result;
  result.loss = state[kLoss];
  result.steps = static_cast<std::int64_t>(state[kSteps]);
  result.retreats = static_cast<std::int64_t>(state[kRetreats]);
  const std::string cause = describe_cause(state, count_);
  const auto status = static_cast<Status>(state[kStatus]);
  switch (status) {
    case kProgressed:
      break;
    case kConverged:
      result.status = StepStatus::converged;
      result.message = cause;
      break;
    case kRecovered:
    case kStuck:
      if (state[kHasGood] == 0) {
        fail_at_start(cause, result);
        break;
      }
      result.status = status == kStuck ? StepStatus::stuck : StepStatus::recovered;
      result.message = describe_failures(cause, state[kFailures], state[kStepScale]);
  }
  return result;
}

}  // namespace impasto
