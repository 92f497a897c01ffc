#include "optim/safeguard.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "optim/vectors.h"

namespace impasto {
namespace {

constexpr int kMaxFailures = 5;

}  // namespace

void fail_at_start(const std::string& what, StepResult& result) {
  result.status = StepStatus::stuck;
  result.loss = std::numeric_limits<double>::quiet_NaN();
  result.message = what + " at the start";
}

void Caution::succeeded() {
  failures_ = 0;
  step_scale_ = std::min(1.0, 2 * step_scale_);
}

void Caution::failed(const std::string& what, StepResult& result) {
  ++failures_;
  step_scale_ /= 10;
  if (failures_ < kMaxFailures) {
    result.status = StepStatus::recovered;
    result.message =
        fmt::format("{}: back at the last good point, next step {:.0e} as long", what, step_scale_);
  } else {
    result.status = StepStatus::stuck;
    result.message =
        fmt::format("{}, {} times in a row: stopped at the last good point", what, failures_);
  }
}

void LastGood::keep(Context& context, const Tensor& x, double loss) {
  ensure_like(context, x, x_);
  assign(context, 1, x, x_);
  loss_ = loss;
  if (!returned_) caution_.succeeded();
  returned_ = false;
}

void LastGood::retreat(Context& context, Tensor& x, const std::string& what, StepResult& result) {
  if (!x_.defined()) return fail_at_start(what, result);
  assign(context, 1, x_, x);
  result.loss = loss_;
  returned_ = true;
  caution_.failed(what, result);
}

}  // namespace impasto
