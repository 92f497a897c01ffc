#include "optim/lbfgs_direction.h"

#include <algorithm>
#include <cmath>

#include "ops/reduce/reduce.h"
#include "optim/vectors.h"

namespace impasto {

double LbfgsDirection::aim(Context& context, const Tensor& gradient) {
  ensure_like(context, gradient, direction_);
  assign(context, -1, gradient, direction_);
  history_.apply(context, direction_);
  const double slope = dot(context, gradient, direction_).item();
  if (slope < 0 && std::isfinite(slope)) return slope;
  forget();
  assign(context, -1, gradient, direction_);
  return -dot(context, gradient, gradient).item();
}

double LbfgsDirection::full_step(Context& context, const Tensor& gradient) const {
  return fresh_ ? std::min(1.0, 1 / abs_sum(context, gradient).item()) : 1.0;
}

void LbfgsDirection::learn(Context& context, const Tensor& gradient, const Tensor& previous,
                           double step) {
  history_.push(context, gradient, previous, direction_, step);
  fresh_ = false;
}

void LbfgsDirection::forget() {
  history_.clear();
  fresh_ = true;
}

}  // namespace impasto
